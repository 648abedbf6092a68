"""Staff and kiosks find appointments by name or by reference."""

import datetime as dt
from dataclasses import replace

import pytest
from booking_harness import CONTACT, LATER, STAFF, BookingHarness
from municipality_yaml import a_configuration, specialist, types

from loket_booking.domain import names, queue

ZOE = {**CONTACT, "name": "Zoë De Wachter-Peeters"}


@pytest.fixture
def booking(database):
    booking = BookingHarness(database)
    booking.book(contact=ZOE)
    booking.book(start=LATER)
    booking.take_events()
    return booking


def found(booking, text, teams=None):
    return [each["name"] for each in booking.use_cases.search.find_visits("rumst", text, replace(STAFF, teams=teams))]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Zoë De Wachter-Peeters", ["zoe", "de", "wachter", "peeters"]),
        ("  O'Neill, Seán ", ["o", "neill", "sean"]),
        ("Straße Straße", ["strasse"]),
        ("Ćwikła 李 明", ["cwikła", "李", "明"]),
        ("!?", []),
    ],
)
def test_names_are_compared_by_word_without_case_and_accents(name, words):
    assert names.name_words(name) == words


@pytest.mark.parametrize("text", ["zoe", "ZOË", "wach", "peet zo", "de wachter"])
def test_staff_find_an_appointment_by_the_beginnings_of_a_name(booking, text):
    assert found(booking, text) == [ZOE["name"]]


@pytest.mark.parametrize("text", ["", "   ", "zoe demo", "achter", ".*", "^"])
def test_a_text_with_which_no_name_begins_finds_nothing(booking, text):
    assert found(booking, text) == []


def test_staff_find_an_appointment_by_its_reference(booking):
    card = booking.stores.cards.find_by_name("rumst", ["zoe"], booking.time.date(), 1)[0]
    assert found(booking, card.reference.lower()) == [ZOE["name"]]


def test_a_search_does_not_find_appointments_of_other_teams(booking):
    assert found(booking, "zoe", ["milieu"]) == []
    assert found(booking, "zoe", ["ruimtelijke-ordening"]) == [ZOE["name"]]


def test_a_kiosk_returns_why_a_reference_is_not_expected(database):
    places = {"hal": {"name": "Hal"}, "punt": {"name": "Punt"}}
    both = ["hal", "punt"]
    configuration = a_configuration(
        locations=places,
        resources={"ro-1": specialist(locations=both)},
        appointment_types=types(advies={"locations": both}),
    )
    booking = BookingHarness(database, configuration)
    _, card = booking.book(start=LATER, location="hal")

    def why(place="hal", text=None):
        typed = card.reference.lower().replace("-", "") if text is None else text
        found = booking.use_cases.search.why_not_expected("rumst", place, typed)
        return found and found["reason"]

    assert why() == "later"
    assert why(text="Lieve Demo") is why(text="") is None
    booking.begin(card)
    assert why("punt") == "elsewhere"
    booking.later(days=1)
    assert why() == "past"
    booking.apply(card, "no_show")
    assert why() == "no_show"
    booking.apply(card, "undo_no_show")
    booking.time -= dt.timedelta(days=2)
    booking.cancel(card)
    assert why() == "cancelled"


def test_a_search_is_recorded_in_the_audit_log(booking, database):
    found(booking, "zoe")
    assert database.audit.count_documents({"detail": "search by name or reference", "who": "ro-1"}) == 1


def test_repeated_views_of_a_refreshing_page_are_audited_once(booking, database):

    for _ in range(3):
        booking.use_cases.day.agenda("rumst", booking.time.date(), None, STAFF)
        booking.later(seconds=5)
    assert database.audit.count_documents({"detail": {"$regex": "^agenda of"}}) == 1
    booking.later(hours=1)
    booking.use_cases.day.agenda("rumst", booking.time.date(), None, STAFF)
    assert database.audit.count_documents({"detail": {"$regex": "^agenda of"}}) == 2


class TestArriving:
    @pytest.fixture
    def today(self, booking):
        booking.later(days=6)  # Monday 30 November
        return booking

    def arrivals(self, booking, text, location="gemeentehuis"):
        return [each["shown"] for each in booking.use_cases.search.arrivals("rumst", location, text)]

    @pytest.mark.parametrize("text", ["Zoë Peeters", "de wachter zoe", "PEETERS WACHTER"])
    def test_a_kiosk_finds_a_visitor_by_two_words_of_their_name(self, today, text):
        assert self.arrivals(today, text) == ["Zoë D. W."]

    @pytest.mark.parametrize("text", ["Zoë", "peeters", "Zo Pe", "Lieve Demo", ""])
    def test_a_kiosk_does_not_find_one_word_a_partial_word_or_another_day(self, today, text):
        assert self.arrivals(today, text) == []

    def test_a_reference_is_found_in_any_spelling(self, today):
        reference = today.stores.cards.find_by_name("rumst", ["zoe"], today.time.date(), 1)[0].reference
        for typed in (reference, reference.lower(), reference.replace("-", " "), reference.replace("0", "O")):
            assert self.arrivals(today, typed) == ["Zoë D. W."]

    def test_a_kiosk_finds_no_appointment_of_another_location(self, today):
        assert self.arrivals(today, "Zoë Peeters", "telefoon") == []

    def test_a_kiosk_does_not_find_an_erased_resident_by_name(self, today):
        card = today.stores.cards.find_by_name("rumst", ["zoe"], today.time.date(), 1)[0]
        today.stores.cards.pseudonymise(card, {})
        assert self.arrivals(today, "Zoë Peeters") == []


@pytest.mark.parametrize(
    ("minutes", "serving", "waits"),
    [([], 1, []), ([30, 20, 10], 1, [0, 30, 50]), ([30, 20, 10], 2, [0, 15, 25]), ([30, 20], 0, [0, 30])],
)
def test_the_expected_wait_is_the_time_of_those_before_divided_by_those_who_serve(minutes, serving, waits):
    assert queue.expected_waits(minutes, serving) == waits
