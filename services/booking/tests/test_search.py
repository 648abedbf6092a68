"""Staff and kiosks find appointments by name or by reference."""

import datetime as dt
import uuid
from dataclasses import replace

import pytest
from booking_harness import CONTACT, LATER, STAFF, BookingHarness
from municipality_yaml import a_configuration, specialist, types

from loket_booking.domain import names, queue
from loket_booking.queries import search
from loket_contracts.rpc.booking.book import BookForResident
from loket_contracts.rpc.message import from_json

OTHER = "2026-12-02T10:00:00+01:00"
TODAY = "2026-11-30T14:00:00+01:00"
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
    ("name", "spellings"),
    [
        ("Zoë De Wachter-Peeters", [["zoe", "de", "wachter", "peeters"], ["zoe", "dewachter", "peeters"]]),
        ("  O'Neill, Seán ", [["o", "neill", "sean"], ["oneill", "sean"]]),
        ("Straße Straße", [["strasse"]]),
        ("Ćwikła 李 明", [["cwikła", "李", "明"], ["cwikla", "li", "ming"]]),
        ("!?", [[]]),
    ],
)
def test_names_are_compared_by_word_without_case_and_accents(name, spellings):
    assert names.search_spellings(name) == spellings


SPELLINGS = [
    ("Müller", "Mueller Muller müller MÜLLER"),
    ("Mueller", "Müller"),
    ("Ødegård", "Odegard oedegaard ødegård"),
    ("Odegard", "Ødegård"),
    ("D'Hondt", "dhondt D’Hondt d-hondt hondt"),
    ("Dhondt", "d'Hondt"),
    ("Van den Berghe", "vandenberghe vandenb berghe"),
    ("Łukasz", "Lukasz Łukasz"),
    ("Đặng", "Dang Đặng"),
    ("Işık", "Isik IŞIK"),
]


@pytest.mark.parametrize(("name", "texts"), SPELLINGS)
def test_staff_find_a_name_in_each_of_its_spellings(booking, name, texts):
    booking.book(start=OTHER, contact={**CONTACT, "name": f"An {name}"})
    for text in texts.split():
        assert found(booking, text) == [f"An {name}"], text
    assert found(booking, f"{texts.split()[0]} an") == [f"An {name}"]


def test_staff_find_a_name_written_as_one_word_by_its_parts(booking):
    booking.book(start=OTHER, contact={**CONTACT, "name": "An Vandenberghe"})
    assert found(booking, "van den berghe an") == ["An Vandenberghe"]


@pytest.mark.parametrize("name", ["Łukasz", "Müller", "D'Hondt"])
def test_staff_find_a_card_that_the_release_before_stored(booking, database, name):
    _, card = booking.book(start=OTHER, contact={**CONTACT, "name": name})
    earlier = names.search_spellings(name)[0]
    assert earlier != booking.card(card.id).name_words
    database.cards.update_one({"_id": card.id}, {"$set": {"name_words": earlier}})
    assert found(booking, name) == [name]


def test_a_search_looks_at_teams_before_it_is_cut(booking, database):
    _, card = booking.book(start=OTHER, contact={**CONTACT, "name": "Maes"})
    others = [{**database.cards.find_one({"_id": card.id}), "visit_date": "2026-11-25"} for _ in range(60)]
    for each in others:  # cards without a visit come first
        each.update(_id=uuid.uuid4().hex, reference=uuid.uuid4().hex, token_hash=uuid.uuid4().hex, places=[])
    database.cards.insert_many(others)
    assert found(booking, "maes") == ["Maes"]


def test_a_search_reports_that_there_are_more_visits_than_it_shows(booking, monkeypatch):
    monkeypatch.setattr(search, "MAX_FOUND", 2)
    for number in range(4):
        start = booking.slots("2026-12-02")[0]["start"]
        booking.book(start=start, contact={"name": "Fatma", "email": f"fatma{number}@example.be"})
    assert len(found(booking, "fatma")) == 3


def test_own_coming_visits_are_found_first(booking):
    for number in range(4):
        start = booking.slots("2026-12-02")[0]["start"]
        booking.book(start=start, contact={"name": "Fatma", "email": f"fatma{number}@example.be"})
    for account in ("ro-1", "ro-2"):
        visits = booking.use_cases.search.find_visits("rumst", "fatma", replace(STAFF, who=account))
        mine = [account in each["resources"] for each in visits]
        assert mine == sorted(mine, reverse=True)
        assert any(mine)


@pytest.mark.parametrize("typed", ["+32 475 12 34 56", "0475/12.34.56", "0475123456", "0032475123456"])
def test_staff_find_a_visit_by_a_telephone_number_in_any_spelling(booking, typed):
    booking.book(start=OTHER, contact={"name": "Fatma", "email": "fatma@example.be", "phone": "0475 12 34 56"})
    omer = {**booking.usual, "start": OTHER, "contact": {"name": "Omer", "phone": "0475 12 34 56"}}
    booking.use_cases.booking.book("rumst", from_json(BookForResident, omer), STAFF)
    assert sorted(found(booking, typed)) == ["Fatma", "Omer"]


def test_staff_find_a_visit_by_e_mail_address_for_their_teams_only(booking):
    booking.book(start=OTHER, contact={**CONTACT, "name": "Fatma", "email": "Fatma@example.be"})
    assert found(booking, " fatma@EXAMPLE.be ") == ["Fatma"]
    assert found(booking, "fatma@example.be", ["milieu"]) == []
    assert found(booking, "fatma@example") == []


def test_a_stored_card_holds_no_address_or_number_that_can_be_searched(booking, database):
    _, card = booking.book(start=OTHER, contact={"name": "Fatma", "email": "fatma@example.be", "phone": "0475123456"})
    stored = database.cards.find_one({"_id": card.id})
    assert "475123456" not in str(stored["name_words"])
    assert "fatma@" not in str(stored["name_words"])
    booking.stores.cards.pseudonymise(card, {})
    assert database.cards.find_one({"_id": card.id})["name_words"] == []


@pytest.mark.parametrize("separator", ["", " ", "-", ".", "  "])
def test_staff_find_a_reference_in_any_spelling(booking, database, separator):
    _, card = booking.book(start=OTHER)
    database.cards.update_one({"_id": card.id}, {"$set": {"reference": "10AB-C0D1"}})
    for code in ("10AB", "C0D1"), ("ioab", "cOdl"), ("LoAb", "coDI"):
        assert found(booking, f" {separator.join(code)} ") == [CONTACT["name"]]


@pytest.mark.parametrize("text", ["zoe", "ZOË", "wach", "peet zo", "de wachter"])
def test_staff_find_an_appointment_by_the_beginnings_of_a_name(booking, text):
    assert found(booking, text) == [ZOE["name"]]


@pytest.mark.parametrize("text", ["", "   ", "zoe demo", "achter", ".*", "^"])
def test_a_text_with_which_no_name_begins_finds_nothing(booking, text):
    assert found(booking, text) == []


def test_staff_find_an_appointment_by_its_reference(booking):
    card = booking.stores.cards.find_coming_by_name("rumst", [["zoe"]], booking.time.date(), 1)[0]
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

    @pytest.mark.parametrize(("name", "texts"), SPELLINGS)
    def test_a_kiosk_finds_a_name_in_each_of_its_spellings(self, today, name, texts):
        today.book(start=TODAY, request=STAFF, contact={**CONTACT, "name": f"An {name}"})
        assert self.arrivals(today, f"{texts.split()[0]} an")[0].startswith("An")

    @pytest.mark.parametrize(("name", "typed"), [("Suharto", "suharto"), ("Müller", "Mueller")])
    def test_a_visitor_with_one_name_checks_in_with_it(self, today, name, typed):
        today.book(start=TODAY, request=STAFF, contact={**CONTACT, "name": name})
        assert self.arrivals(today, typed) == [name]

    @pytest.mark.parametrize("typed", ["van de", "van den", "Van den Berghe", "de an van"])
    def test_particles_do_not_count_as_a_name_at_the_kiosk(self, today, typed):
        today.book(start=TODAY, request=STAFF, contact={**CONTACT, "name": "An Van de Van den Berghe"})
        assert self.arrivals(today, typed) == []

    def test_a_reference_is_found_in_any_spelling(self, today):
        reference = today.stores.cards.find_coming_by_name("rumst", [["zoe"]], today.time.date(), 1)[0].reference
        for typed in (reference, reference.lower(), reference.replace("-", " "), reference.replace("0", "O")):
            assert self.arrivals(today, typed) == ["Zoë D. W."]

    def test_a_kiosk_finds_no_appointment_of_another_location(self, today):
        assert self.arrivals(today, "Zoë Peeters", "telefoon") == []

    def test_a_kiosk_does_not_find_an_erased_resident_by_name(self, today):
        card = today.stores.cards.find_coming_by_name("rumst", [["zoe"]], today.time.date(), 1)[0]
        today.stores.cards.pseudonymise(card, {})
        assert self.arrivals(today, "Zoë Peeters") == []


@pytest.mark.parametrize(
    ("minutes", "serving", "waits"),
    [([], 1, []), ([30, 20, 10], 1, [0, 30, 50]), ([30, 20, 10], 2, [0, 15, 25]), ([30, 20], 0, [0, 30])],
)
def test_the_expected_wait_is_the_time_of_those_before_divided_by_those_who_serve(minutes, serving, waits):
    assert queue.expected_waits(minutes, serving) == waits
