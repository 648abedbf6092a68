"""Texts of messages in the right language and time, calendar entries, and texts of a municipality's own."""

import datetime as dt
from dataclasses import replace

import icalendar
import pytest
from contact_cards import ASKED, MISSING, a_contact_card
from hypothesis import given
from hypothesis import strategies as st

from loket_contracts.errors import Refusal
from loket_contracts.languages import LANGUAGES
from loket_notification.composing.calendar import calendar_entry
from loket_notification.composing.mail import compose
from loket_notification.composing.phrases import words_of
from loket_notification.composing.sample import sample_card
from loket_notification.configuration import reader
from loket_notification.domain.card import ContactCard
from loket_notification.domain.kinds import KINDS
from loket_notification.domain.segments import cut, plain

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
URL = "https://afspraak.example"


def a_card(**changes):
    return ContactCard.read(a_contact_card(**changes))


def test_a_mail_has_the_colour_of_its_municipality():
    mail = compose("confirmation", a_card(colour="#7a1fa2"), URL, {})
    assert mail.html.count("background:#7a1fa2") == 2
    assert "#0b5d57" not in mail.html
    assert "background:#0b5d57" in compose("confirmation", a_card(), URL, {}).html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_message_can_be_rendered_in_every_language(kind, language):
    mail = compose(kind, sample_card(kind, language), URL, {})
    for text in (mail.subject, mail.text, mail.html, mail.sms):
        assert "{{" not in text
    reference = "270416" if KINDS[kind].is_code else "7K3Q-9F2M"
    assert reference in mail.text
    assert reference in mail.html
    assert f'<html lang="{language}">' in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].to == "resident"])
def test_every_sms_fits_its_segments_in_the_gsm_alphabet(kind, language):
    sms = plain(compose(kind, sample_card(kind, language), URL, {}).sms)
    assert cut(sms).encoding == "GSM-7"
    assert 1 <= cut(sms).segments <= 2


def test_all_languages_have_the_same_phrases():
    def shape(value):
        return {key: shape(below) for key, below in value.items()} if isinstance(value, dict) else None

    assert len({str(sorted(shape(words_of(language)).items(), key=str)) for language in LANGUAGES}) == 1
    assert set(KINDS) < set(words_of("nl"))


def test_a_message_to_colleagues_contains_no_link_and_no_name_of_the_resident():
    mail = compose("alert_cancelled", sample_card("alert_cancelled", "nl"), URL, {})
    for text in (mail.text, mail.html):
        assert "afspraak/" not in text
        assert "Lieve" not in text


def test_a_code_is_sent_without_what_a_stranger_typed_as_the_name():
    mail = compose("code", replace(sample_card("code", "nl"), name="Win at https://bad.example"), URL, {})
    for text in (mail.subject, mail.text, mail.html, mail.sms):
        assert "bad.example" not in text


def test_a_message_with_a_code_links_to_the_page_that_confirms_it_and_to_no_appointment():
    mail = compose("code", sample_card("code", "nl"), URL, {})
    assert f"{URL}/rumst/bevestigen/0123456789abcdef/" in mail.text
    assert "/afspraak/" not in mail.text + mail.html


@pytest.mark.parametrize("kind", ["confirmation", "reminder", "documents"])
def test_a_missing_document_is_named_with_its_last_day(kind):
    card = a_card(state="booked", **MISSING, documents_due=["2026-11-26"])
    mail = compose(kind, card, URL, {})
    for text in (mail.text, mail.html):
        assert "Bezorg ons vóór uw afspraak" in text
        assert "Het plan (uiterlijk op donderdag 26 november 2026)" in text
    nothing = compose(kind, a_card(state="booked", documents_due=[], missing_documents=[]), URL, {})
    assert "uiterlijk" not in nothing.text + nothing.html


def test_only_optional_messages_offer_to_unsubscribe():
    offers = {kind for kind in KINDS if compose(kind, sample_card(kind, "nl"), URL, {}).unsubscribe}
    assert offers == {"reminder", "reminder_soon", "bring", "thanks"}


def test_the_time_is_in_words_and_in_the_time_zone_of_the_location():
    card = a_card(start="2026-07-30T08:00:00+00:00", end="2026-07-30T08:45:00+00:00")
    mail = compose("confirmation", card, URL, {})
    assert mail.subject == "Uw afspraak op donderdag 30 juli 2026 om 10:00"
    assert "do 30 jul om 10:00" in mail.sms


def test_a_name_cannot_inject_html():
    assert "<script>" not in compose("confirmation", a_card(contact={"name": "<script>x</script>"}), URL, {}).html


def test_a_request_of_a_specialist_is_text_and_not_a_template():
    asked = {"asked": [{"text": "<b>{{ card.email }}</b>", "answer": None}]}
    mail = compose("request", a_card(**asked), URL, {})
    assert "<b>" not in mail.html
    assert "{{ card.email }}" in mail.text
    assert "Wie is uw architect?" in compose("request", a_card(**ASKED), URL, {}).text


def plan_of(text):
    return reader.read(text, most_segments=3)[1]


def mistakes(text):
    with pytest.raises(Refusal) as refused:
        plan_of(text)
    assert refused.value.code == "invalid-configuration"
    return {error["pointer"]: error["detail"] for error in refused.value.errors}


def test_a_municipality_can_replace_a_text_in_one_language_only():
    plan = plan_of("municipality: rumst\ntexts: {nl: {confirmation: {subject: 'Tot {{ day }}!'}}}")
    assert compose("confirmation", a_card(), URL, plan.texts).subject == "Tot maandag 30 november 2026!"
    french = compose("confirmation", a_card(contact={"language": "fr"}), URL, plan.texts)
    assert french.subject.startswith("Votre rendez-vous")


@pytest.mark.parametrize(
    "text",
    ["", "- a", "a: [", "[" * 5000, 'municipality: "\\ud800"', "municipality: 2026-02-30", "municipality: !x rumst"],
)
def test_any_text_that_is_no_plan_is_refused_without_a_crash(text):
    assert mistakes(text)


def test_an_unknown_placeholder_is_reported_when_the_plan_is_loaded():
    result = mistakes("municipality: rumst\ntexts: {nl: {reminder: {opening: 'Dag {{ card.nickname }}'}}}")
    assert "nickname" in result["/texts/nl/reminder"]


@pytest.mark.parametrize("phrase", ["{{ card.__class__.__mro__ }}", "{{ ''.__class__ }}", "{% for x in y %}"])
def test_a_template_can_read_the_card_and_nothing_else(phrase):
    assert "/texts/nl/reminder" in mistakes(
        f'municipality: rumst\ntexts: {{nl: {{reminder: {{opening: "{phrase}"}}}}}}'
    )


def test_an_sms_that_is_too_long_is_reported_when_the_plan_is_loaded():
    result = mistakes(f"municipality: rumst\ntexts: {{nl: {{reminder: {{sms: '{'lang ' * 120}'}}}}}}")
    assert "4 segments" in result["/texts/nl/reminder/sms"]


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ("municipality: rumst\nmessages: {reminder: {by: [pigeon]}}", "/messages/reminder/value/by/0"),
        ("municipality: rumst\nmessages: {reminder: {by: [email], before: soon}}", "/messages/reminder/value/before"),
        ("municipality: rumst\nmessages: {nonsense: false}", "/messages/nonsense/key"),
        ("municipality: rumst\nquiet_hours: {from: late, to: '08:00'}", "/quiet_hours/from"),
        ("municipality: rumst\nsender: 'far too long a name'", "/sender"),
        ("messages: {}", "/municipality"),
        ("- a list", "/"),
        ("a: b: c", "/"),
    ],
)
def test_an_error_in_a_plan_is_reported_with_its_pointer(text, pointer):
    assert pointer in mistakes(text)


def test_the_plan_of_the_demo_municipality_is_valid():
    from pathlib import Path

    text = (Path(__file__).parents[3] / "deploy/municipalities/rumst.messages.yaml").read_text()
    municipality, plan = reader.read(text, most_segments=4)
    assert municipality == "rumst"
    assert plan.by_type["bouwadvies"]["reminder"].before.days == 5


def entry(**changes):
    method, source = calendar_entry(a_card(**changes), "a1", f"{URL}/x", NOW)
    calendar = icalendar.Calendar.from_ical(source)
    assert calendar.to_ical() == source, "it reads back as it was written"
    return method, calendar, calendar.walk("VEVENT")[0]


def test_the_calendar_entry_is_a_request_in_utc_with_an_alarm():
    method, calendar, event = entry()
    assert (method, calendar["METHOD"], event["STATUS"]) == ("REQUEST", "REQUEST", "CONFIRMED")
    assert event["DTSTART"].to_ical() == b"20261130T090000Z"
    assert calendar.walk("VTIMEZONE") == []
    assert event.walk("VALARM")


def test_a_move_and_a_cancellation_update_the_same_calendar_entry():
    _, _, booked = entry()
    _, _, moved = entry(sequence=2, start="2026-12-01T10:00:00+01:00")
    method, _, cancelled = entry(state="cancelled", sequence=3)
    assert booked["UID"] == moved["UID"] == cancelled["UID"]
    assert booked["SEQUENCE"] < moved["SEQUENCE"] < cancelled["SEQUENCE"]
    assert (method, cancelled["STATUS"]) == ("CANCEL", "CANCELLED")


@given(
    start=st.integers(0, 60 * 24 * 365 * 9).map(lambda minutes: NOW + dt.timedelta(minutes=minutes)),
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60),
    kind=st.sampled_from([kind for kind in KINDS if KINDS[kind].calendar]),
    zone=st.sampled_from(["Europe/Brussels", "America/Sao_Paulo", "Asia/Kolkata", "UTC"]),
)
def test_every_calendar_entry_parses_back_to_its_source(start, name, kind, zone):
    card = replace(
        sample_card(kind, "nl"), start=start, end=start + dt.timedelta(minutes=30), name=name, time_zone=zone
    )
    _, source = calendar_entry(card, "a1", URL, NOW)
    calendar = icalendar.Calendar.from_ical(source)
    assert calendar.to_ical() == source
    assert calendar.walk("VEVENT")[0].decoded("dtstart").astimezone(dt.UTC) == start


def test_a_name_that_looks_like_the_end_of_the_calendar_entry_is_escaped():
    _, calendar, event = entry(contact={"name": "END:VCALENDAR"})
    assert event["ATTENDEE"].params["CN"] == "END:VCALENDAR"
    assert len(calendar.walk("VEVENT")) == 1


def test_a_text_cannot_break_out_of_the_calendar_entry():
    _, _, event = entry(bring=[{"nl": "x\r\nATTENDEE:mailto:y@example.org"}])
    assert "y@example.org" not in str(event["ATTENDEE"])


def at_a(channel, **changes):
    location = {**a_contact_card()["location"], "channel": channel, "address": None, **changes}
    return {"location": location}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["confirmation", "reschedule", "moved_by_us", "reminder", "reminder_soon"])
def test_a_mail_about_a_video_call_has_its_url_or_promises_none(kind, language):
    words = words_of(language)["meeting"]
    contact = {"language": language}
    url = "https://meet.example.org/7K3Q-9F2M"
    mail = compose(kind, a_card(**at_a("video", meeting_url=url), contact=contact), URL, {})
    assert f"{words['video']} {url}" in mail.text
    assert f'href="{url}"' in mail.html
    without = compose(kind, a_card(**at_a("video"), contact=contact), URL, {})
    assert words["no_video"] in without.text
    assert words["video"] not in without.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_mail_about_a_telephone_appointment_names_the_number_or_says_that_it_is_missing(language):
    words = words_of(language)
    contact = {"language": language, "phone": "+32470123456"}
    called = compose("reminder", a_card(**at_a("phone"), contact=contact), URL, {})
    assert f"{words['meeting']['phone']} +32470123456" in called.text
    assert f"{words['labels']['ready']}:" in called.text, "nothing is brought to a telephone"
    assert f"{words['labels']['bring']}:" not in called.text
    silent = compose("reminder", a_card(**at_a("phone"), contact={"language": language}), URL, {})
    assert words["meeting"]["no_phone"] in silent.text
