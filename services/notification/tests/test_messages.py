"""The right words, in the right language, for the right moment; and a calendar entry that follows the appointment."""

import datetime as dt

import icalendar
import pytest
from cards import a_contact_card
from jinja2 import UndefinedError

from loket_contracts import events
from loket_notification import composer, policy
from loket_notification.calendar import calendar_entry
from loket_notification.composer import LANGUAGES, TEMPLATES, compose, words_of
from loket_notification.messages import ContactCard, read_appointment_event

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
URL = "https://afspraak.example"


def a_card(**changes):
    return ContactCard.read(a_contact_card(**changes))


OFFERED = {
    "waiting_list": {
        "offer": {
            "start": "2026-11-26T09:00:00+01:00", "end": "2026-11-26T09:45:00+01:00",
            "expires_at": "2026-11-24T15:15:00+01:00",
        }
    }
}  # fmt: skip
ASKED = {"asked": [{"text": "Wie is uw architect?", "answer": None}]}
MISSING = {"missing_documents": [{"nl": "Het plan", "fr": "Le plan"}]}


def an_event(name="appointment.booked", sequence=1):
    data = {**events.EVENTS[name].example, "start": "2026-11-30T10:00:00+01:00"}
    return read_appointment_event(name, "rumst", sequence, data)


@pytest.mark.parametrize("name", policy.PLAN)
def test_the_golden_example_of_every_event_that_is_heard_can_be_read(name):
    assert an_event(name).appointment == events.EVENTS[name].example["appointment"]


def test_an_event_with_fields_of_a_later_version_can_still_be_read():
    data = {**events.EVENTS["appointment.booked"].example, "something_new": 1}
    assert read_appointment_event("appointment.booked", "rumst", 1, data)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_renders_in_every_language(template, language):
    state = "cancelled" if template == "cancellation" else "booked"
    card = a_card(state=state, contact={"language": language}, **OFFERED, **ASKED, **MISSING)
    mail = compose(template, card, URL, "rumst")
    for text in (mail.subject, mail.text, mail.html):
        assert "{{" not in text
    assert "7K3Q-9F2M" in mail.text
    assert "7K3Q-9F2M" in mail.html
    assert ("/rumst/afspraak/TOKEN" in mail.text) == (template != "cancellation")


def test_all_languages_have_the_same_phrases():
    def shape(value):
        return {key: shape(below) for key, below in value.items()} if isinstance(value, dict) else None

    assert len({str(sorted(shape(words_of(language)).items(), key=str)) for language in LANGUAGES}) == 1


def test_the_time_is_that_of_the_location_in_words():
    card = a_card(start="2026-07-30T08:00:00+00:00", end="2026-07-30T08:45:00+00:00")
    assert compose("confirmation", card, URL, "rumst").subject == "Uw afspraak op donderdag 30 juli 2026 om 10:00"


def test_a_name_cannot_write_html():
    mail = compose("confirmation", a_card(contact={"name": "<script>x</script>"}), URL, "rumst")
    assert "<script>" not in mail.html


def test_an_unknown_placeholder_is_an_error(monkeypatch):
    monkeypatch.setattr(composer, "words_of", lambda _: {**words_of("nl"), "greeting": "Dag {{ card.nickname }}"})
    with pytest.raises(UndefinedError):
        compose("confirmation", a_card(), URL, "rumst")


def test_the_same_event_plans_the_same_message_and_a_later_one_another():
    assert policy.plan(an_event())[0].id == policy.plan(an_event())[0].id
    assert policy.plan(an_event())[0].id != policy.plan(an_event("appointment.cancelled", 2))[0].id


@pytest.mark.parametrize(
    ("changes", "pointless"),
    [
        ({}, False),
        ({"state": "cancelled", "sequence": 2}, True),
        ({"sequence": 2}, False),
        ({"start": "2026-12-01T10:00:00+01:00", "sequence": 2}, True),
        ({"start": "2026-11-24T09:00:00+01:00"}, True),
    ],
)
def test_a_message_whose_appointment_changed_or_began_is_pointless(changes, pointless):
    assert bool(policy.why_pointless(an_event(), a_card(**changes), NOW)) is pointless


@pytest.mark.parametrize(
    ("name", "needed", "words"),
    [
        ("waiting_list.offered", OFFERED, "donderdag 26 november 2026 om 09:00"),
        ("appointment.preparation_requested", ASKED, "Wie is uw architect?"),
        ("appointment.documents_due", MISSING, "Het plan"),
    ],
)
def test_what_a_resident_is_asked_is_in_the_message_and_pointless_once_it_is_done(name, needed, words):
    event = an_event(name)
    (message,) = policy.plan(event)
    assert words in compose(message.template, a_card(**needed), URL, "rumst").text
    assert policy.why_pointless(event, a_card(**needed), NOW) is None
    assert policy.why_pointless(event, a_card(), NOW)
    assert policy.why_pointless(event, a_card(state="cancelled", **needed), NOW)


def test_an_offer_that_has_run_out_is_not_told():
    late = dt.datetime(2026, 11, 24, 14, 15, tzinfo=dt.UTC)
    assert policy.why_pointless(an_event("waiting_list.offered"), a_card(**OFFERED), late)


def test_what_a_specialist_asks_cannot_write_html():
    asked = {"asked": [{"text": "<b>{{ card.email }}</b>", "answer": None}]}
    mail = compose("request", a_card(**asked), URL, "rumst")
    assert "<b>" not in mail.html
    assert "{{ card.email }}" in mail.text, "their words are words, not a template"


def test_notification_hears_exactly_the_events_that_are_said_to_be_for_it():
    assert set(policy.PLAN) == {each.name for each in events.EVENTS.values() if "notification" in each.heard_by}


def entry(**changes):
    method, source = calendar_entry(a_card(**changes), "a1", f"{URL}/x", NOW)
    calendar = icalendar.Calendar.from_ical(source)
    assert calendar.to_ical() == source, "it reads back as it was written"
    return method, calendar, calendar.walk("VEVENT")[0]


def test_the_entry_is_a_request_with_its_zone_and_an_alarm():
    method, calendar, event = entry()
    assert (method, calendar["METHOD"], event["STATUS"]) == ("REQUEST", "REQUEST", "CONFIRMED")
    assert event["DTSTART"].params["TZID"] == "Europe/Brussels"
    assert calendar.walk("VTIMEZONE")[0]["TZID"] == "Europe/Brussels"
    assert event.walk("VALARM")


def test_a_cancellation_removes_the_same_entry():
    _, _, booked = entry()
    method, _, cancelled = entry(state="cancelled", sequence=2)
    assert (method, cancelled["STATUS"], cancelled["UID"]) == ("CANCEL", "CANCELLED", booked["UID"])
    assert cancelled["SEQUENCE"] > booked["SEQUENCE"]


def test_a_text_cannot_break_out_of_the_entry():
    _, _, event = entry(bring=[{"nl": "x\r\nATTENDEE:mailto:y@example.org"}])
    assert "y@example.org" not in str(event["ATTENDEE"])
