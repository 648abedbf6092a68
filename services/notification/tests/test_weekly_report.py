"""The weekly report: its figures, its picture, and that it is sent once."""

import datetime as dt
from email import message_from_bytes

import pytest
from notification_harness import NotificationHarness

from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_contracts.languages import LANGUAGES
from loket_notification.channels.base import NotNow
from loket_notification.commands import weekly_report
from loket_notification.composing.report import BECAME, FIGURES, compose
from loket_notification.store.reports import InHand, Reports

NOW = dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC)
PNG = b"\x89PNG\r\n\x1a\n"
FIRST, LAST = "2026-11-16", "2026-11-22"


def of(first, last, **changes):
    figures = {**dict.fromkeys(FIGURES, 12.5), **dict.fromkeys(BECAME, 3), "satisfaction": None, **changes}
    return {
        "from": first, "to": last, "figures": figures, "before": {"figures": {**figures, "no_show_share": 99}},
        "course": [{"part": f"2026-W{week}", "figures": figures} for week in range(35, 48)],
    }  # fmt: skip


class Others:
    """Booking and reporting, as a report asks them."""

    def __init__(self, email="ro@rumst.example"):
        self.email = email

    def team_contact(self, municipality, team):
        name = {"nl": "Ruimtelijke ordening"}
        return {"team": name, "email": self.email, "municipality": {"nl": "Gemeente Rumst"}, "language": "nl"}

    def overview(self, municipality, first, last, team):
        return of(first, last)


@pytest.fixture
def due():
    return events.make(
        "report.due", municipality="rumst", subject="report-rumst/ro/2026-W47", sequence=1, time=NOW,
        data={"team": "ro", "from": FIRST, "to": LAST},
    )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_shows_every_figure_beside_the_week_before_in_every_language(language):
    report = compose("RO", "Rumst", language, of(FIRST, LAST), of("2026-08-24", LAST), "https://x.example/")
    for text in (report.text, report.html):
        assert "99" in text
        assert "–" in text, "what is not known is said to be"
        assert "https://x.example/" in text
    assert "RO" in report.subject
    assert "{" not in report.subject + report.text
    (picture,) = report.pictures.values()
    assert picture.startswith(PNG)


def notification(database, provider_server, tmp_path, behaviour="accept", plan=None):
    return NotificationHarness(database, provider_server.channel(behaviour), tmp_path, plan)


def test_the_report_is_sent_once_with_its_picture(database, provider_server, tmp_path, due):
    context = notification(database, provider_server, tmp_path).context
    weekly_report.send(context, Others(), Others(), due)
    weekly_report.send(context, Others(), Others(), due)
    (mail,) = provider_server.taken
    parts = list(message_from_bytes(mail).walk())
    kinds = [part.get_content_type() for part in parts]
    assert kinds == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert parts[-1]["Content-ID"].strip("<>") in parts[3].get_payload(decode=True).decode()
    assert parts[-1].get_payload(decode=True).startswith(PNG)


def test_a_team_without_an_address_or_a_municipality_that_opted_out_gets_no_report(
    database, provider_server, tmp_path, due
):
    weekly_report.send(notification(database, provider_server, tmp_path).context, Others(email=None), Others(), due)
    quiet = notification(database, provider_server, tmp_path, plan="weekly_report: false").context
    weekly_report.send(quiet, Others(), Others(), due)
    assert provider_server.taken == []


def test_a_report_that_cannot_be_sent_is_not_recorded_as_sent(database, provider_server, tmp_path, due):
    context = notification(database, provider_server, tmp_path, "later").context
    with pytest.raises(NotNow):
        weekly_report.send(context, Others(), Others(), due)
    assert not context.reports.is_sent(due.id)


def test_a_report_claimed_by_another_instance_is_left_until_the_claim_expires(database, due):
    sent = Reports(database)
    assert sent.take(due.id, NOW)
    with pytest.raises(InHand):
        sent.take(due.id, NOW)
    assert sent.take(due.id, NOW + Reports.IN_HAND)
    sent.sent(due.id, NOW)
    assert not sent.take(due.id, NOW + dt.timedelta(days=1))


WEEK = ("rumst", "ro", FIRST, LAST)


def test_a_report_is_viewed_as_it_would_be_sent_and_sends_nothing(database, provider_server, tmp_path):
    context = notification(database, provider_server, tmp_path).context
    shown = weekly_report.view(context, Others(), Others(), *WEEK)
    assert "Ruimtelijke ordening" in shown["subject"]
    assert "cijfers?from=2026-11-16" in shown["text"]
    assert shown["to"] == "ro@rumst.example"
    assert provider_server.taken == []


def test_a_report_is_sent_by_hand_also_after_the_one_of_monday(database, provider_server, tmp_path, due):
    context = notification(database, provider_server, tmp_path).context
    weekly_report.send(context, Others(), Others(), due)
    weekly_report.send_now(context, Others(), Others(), *WEEK)
    assert len(provider_server.taken) == 2


def test_a_report_of_a_team_without_an_address_is_refused_when_it_is_sent_by_hand(database, provider_server, tmp_path):
    context = notification(database, provider_server, tmp_path).context
    assert weekly_report.view(context, Others(email=None), Others(), *WEEK)["to"] is None
    with pytest.raises(Refusal) as refused:
        weekly_report.send_now(context, Others(email=None), Others(), *WEEK)
    assert refused.value.code == "not-sent"
