"""A municipality changes texts by form, with a preview for a fictional resident."""

import pytest
import structlog
from notification_harness import NOW, NotificationHarness

from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart
from loket_notification.commands import wording
from loket_notification.domain.planning import Plan
from loket_notification.queries import preview
from loket_notification.queries import wording as wording_queries
from loket_notification.store.plans import Plans

PLAN = "quiet_hours: false   # we write at night\ntexts: {nl: {reminder: {subject: 'Tot {{ day }}!'}}}\n"


@pytest.fixture
def notification(database, tmp_path):
    return NotificationHarness(database, None, tmp_path, PLAN)


def a_change(version=1, kind="reminder", language="nl", **values):
    return AmendPart(section=language, name=kind, version=version, values=values)


def test_each_part_is_shown_with_its_default_text(notification):
    said = wording_queries.words(notification.context, "rumst", "reminder", "nl")
    assert said["version"] == 1
    assert said["parts"]["subject"] == ("Herinnering: uw afspraak op {{ day }} om {{ time }}", "Tot {{ day }}!")
    assert said["parts"]["closing"][1] is None
    assert "detail" not in said["parts"]


def test_new_texts_are_previewed_before_they_apply(notification):
    shown = wording_queries.propose(notification.context, "rumst", a_change(subject="Tot gauw, {{ time }}"))
    assert shown["subject"] == "Tot gauw, 10:00"
    assert preview.preview(notification.context, "rumst", "reminder", "nl")["subject"].startswith("Tot maandag")


def test_changed_texts_apply_and_the_rest_of_the_plan_stays_as_written(notification):
    wording.change(notification.context, "rumst", a_change(opening="Dag!"), "beheer")
    assert "Dag!" in preview.preview(notification.context, "rumst", "reminder", "nl")["text"]
    version, text = notification.plans.versions.latest("rumst")
    assert version == 2
    assert "quiet_hours: false   # we write at night" in text


@pytest.mark.parametrize("text", ["", "Herinnering: uw afspraak op {{ day }} om {{ time }}"])
def test_an_empty_or_default_text_restores_the_default(notification, text):
    wording.change(notification.context, "rumst", a_change(subject=text), "beheer")
    assert preview.preview(notification.context, "rumst", "reminder", "nl")["subject"].startswith("Herinnering: ")
    assert wording_queries.words(notification.context, "rumst", "reminder", "nl")["parts"]["subject"][1] is None


def test_a_template_may_test_whether_a_value_exists(notification):
    wording.change(
        notification.context,
        "rumst",
        a_change(closing="{% if card.bring %}Breng mee: {{ card.bring | first }}.{% endif %}"),
        "x",
    )
    assert (
        "Breng mee: Een plan van het perceel."
        in preview.preview(notification.context, "rumst", "reminder", "nl")["text"]
    )


def test_an_unreadable_stored_plan_delays_no_message_and_is_logged_once(notification, database):
    stricter = Plans(database, most_segments=0)
    unreadable = {"municipality": "kontich", "version": 1, "text": "municipality: kontich", "by": "test", "at": NOW}
    database.plans.insert_one(unreadable)
    with structlog.testing.capture_logs() as result:
        for _ in range(2):
            assert stricter.of("rumst") == stricter.of("kontich") == Plan()
            stricter.expire_cache()
    assert [line["municipality"] for line in result] == ["rumst"]


def test_a_municipality_without_a_plan_starts_with_its_first_text(notification):
    wording.change(notification.context, "kontich", a_change(0, closing="Tot dan!"), "beheer")
    assert "Tot dan!" in preview.preview(notification.context, "kontich", "reminder", "nl")["text"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"subject": "{{ nobody }}"}, "invalid-request", "/"),
        ({"subject": "{% for x in %}"}, "invalid-request", "/"),
        (
            {"subject": "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}"},
            "invalid-request",
            "/",
        ),
        ({"subject": "{{ 'x' * 999999999 }}"}, "invalid-request", "/"),
        ({"subject": "{{ 9 ** 9 ** 9 }}"}, "invalid-request", "/"),
        ({"subject": "{{ 'x' | center(999999999) }}"}, "invalid-request", "/"),
        ({"subject": "{{ card.name.upper() }}"}, "invalid-request", "/"),
        ({"sms": "x" * 2000}, "invalid-request", "/sms"),
        ({"colour": "red"}, "invalid-request", "/colour"),
        ({"kind": "gossip"}, "unknown-message-kind", None),
        ({"language": "tlh"}, "unknown-message-kind", None),
        ({"version": 7, "subject": "x"}, "settings-changed", None),
    ],
)
def test_an_invalid_text_is_reported_with_its_pointer_and_nothing_changes(notification, change, code, pointer):
    with pytest.raises(Refusal) as refused:
        wording.change(notification.context, "rumst", a_change(**change), "beheer")
    assert refused.value.code == code
    assert pointer is None or pointer in [error["pointer"] for error in refused.value.errors]
    assert notification.plans.versions.latest("rumst")[0] == 1
