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


def an_event(name="appointment.booked", sequence=1):
    return read_appointment_event(name, "rumst", sequence, events.EVENTS[name].example)


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
    mail = compose(template, a_card(state=state, contact={"language": language}), URL, "rumst")
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
        ({"sequence": 2}, True),
        ({"start": "2026-11-24T09:00:00+01:00"}, True),
    ],
)
def test_a_message_whose_appointment_changed_or_began_is_pointless(changes, pointless):
    assert bool(policy.why_pointless(an_event(), a_card(**changes), NOW)) is pointless


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
