"""A stranger's booking is provisional until the address or number is confirmed; unproven data decides nothing."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from booking_harness import CONTACT, LATER, STAFF, START, BookingHarness, refused
from municipality_yaml import a_configuration, a_type

from loket_booking.commands.provisional import ToConfirm
from loket_booking.commands.request import Request
from loket_booking.domain.provisional import MAX_ATTEMPTS, MAX_SENDS
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import BookAppointment, FillIn
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.message import from_json

BY_SMS = {"advies": a_type(confirm="sms")}
MOBILE = {**CONTACT, "phone": "0470 12 34 56"}


class Stranger(BookingHarness):
    """One who books without an account or key."""

    def request(self, key=None, proofs=(), client=None, **changes):
        body = {"contact": CONTACT, "answers": self.answers, **changes}
        if "hold" not in body:
            body = {**self.usual, "start": START, **body}
        request = Request(idempotency_key=key, client=client)
        return self.provisional.request("rumst", from_json(BookAppointment, body), request, proofs)

    def fill_in(self, held, contact=CONTACT):
        self.use_cases.drafts.fill_in(held, from_json(FillIn, {"contact": contact, "answers": self.answers}))

    def request_draft(self, held, proofs=()):
        return self.provisional.request_draft("rumst", held.appointment.id, None, Request(), proofs)

    def confirm(self, found, code=None):
        return self.provisional.confirm("rumst", found.booking.id, code or self.code(found), Request())

    def code(self, found):
        return self.sent(found)["confirmation"]["code"]

    def sent(self, found):
        """The contact card that notification gets when it sends the message."""
        (answer,) = self.use_cases.contact_cards.contact_cards([["rumst", found.booking.id]])
        return answer["card"]

    def wrong(self, found):
        return f"{(int(self.code(found)) + 1) % 1_000_000:06}"

    @property
    def provisional(self):
        return self.use_cases.provisional


@pytest.fixture
def booking(database):
    return Stranger(database, a_configuration())


def test_a_booking_by_a_stranger_holds_its_slot_and_is_not_booked(booking):
    room = booking.capacity()
    found = booking.request()
    assert isinstance(found, ToConfirm)
    assert found.held.appointment.state == "provisional"
    assert booking.capacity() == room - 1
    assert booking.take_events() == ["appointment.provisional"]
    assert booking.card(found.booking.id) is None


def test_the_code_books_it_as_a_direct_booking_is_booked(booking):
    found = booking.request(key="once")
    booked, card, _ = booking.confirm(found)
    assert (booked.id, booked.state, booked.sequence) == (found.booking.id, "booked", 1)
    assert card.contact["email"] == CONTACT["email"]
    assert booking.take_events() == ["appointment.provisional", "appointment.booked"]
    assert booking.use_cases.appointments.describe(booked, card)["allowed"]


def test_the_token_of_the_link_books_it_too(booking):
    found = booking.request()
    booked, *_ = booking.confirm(found, booking.sent(found)["confirmation"]["token"])
    assert booked.state == "booked"


def test_an_appointment_is_confirmed_once_however_often_its_code_is_sent(booking):
    found = booking.request()
    code = booking.code(found)
    first, card, _ = booking.confirm(found, code)
    for _ in range(MAX_ATTEMPTS + 1):
        assert booking.confirm(found, code)[:2] == (first, card)
    assert booking.take_events() == ["appointment.provisional", "appointment.booked"]


def test_a_repeat_of_the_request_sends_no_second_code_and_after_its_confirmation_returns_the_appointment(booking):
    found = booking.request(key="once")
    assert booking.request(key="once") == found
    assert booking.take_events() == ["appointment.provisional"]
    booked, *_ = booking.confirm(found)
    assert booking.request(key="once")[0] == booked


def test_another_booking_with_the_same_key_is_refused(booking):
    booking.request(key="once")
    assert refused(booking.request, key="once", start=LATER) == "idempotency-key-reused"


def test_a_booking_that_is_not_confirmed_in_time_frees_its_slot_without_an_event(booking, database):
    room = booking.capacity()
    found = booking.request()
    code = booking.code(found)
    booking.take_events()
    booking.later(minutes=30)
    assert booking.capacity() == room
    assert refused(booking.confirm, found, code) == "confirmation-over"
    assert booking.take_events() == []
    index = database.provisional_bookings.index_information()["expires"]
    assert index["expireAfterSeconds"] <= 2 * 3600


def test_a_booking_leaves_its_personal_data_with_the_card_alone_once_it_is_confirmed(booking, database):
    booking.confirm(booking.request())
    (kept,) = database.provisional_bookings.find({}, {"outbox": 0})
    assert "lieve" not in str(kept).lower()


def test_the_minutes_can_be_set(database):
    booking = Stranger(database, a_configuration(online={"confirm_minutes": 5}))
    found = booking.request()
    code = booking.code(found)
    booking.later(minutes=5)
    assert refused(booking.confirm, found, code) == "confirmation-over"


def test_wrong_codes_are_bounded_also_at_the_same_time(booking):
    found = booking.request()
    code, wrong = booking.code(found), booking.wrong(found)
    with ThreadPoolExecutor(12) as crowd:
        refusals = list(crowd.map(lambda _: refused(booking.confirm, found, wrong), range(20)))
    assert refusals.count("wrong-code") == MAX_ATTEMPTS
    assert refusals.count("code-used-up") == 20 - MAX_ATTEMPTS
    assert refused(booking.confirm, found, code) == "code-used-up"


def test_a_new_code_is_sent_when_the_attempts_are_used_up_and_the_earlier_one_is_void(booking):
    found = booking.request()
    code, wrong = booking.code(found), booking.wrong(found)
    for _ in range(MAX_ATTEMPTS):
        refused(booking.confirm, found, wrong)
    again = booking.provisional.send_again("rumst", found.booking.hold)
    assert booking.code(again) != code
    assert refused(booking.confirm, again, code) == "wrong-code"
    assert booking.confirm(again)[0].state == "booked"


def test_the_same_code_is_sent_again_while_it_can_be_used_and_its_attempts_go_on_counting(booking):
    found = booking.request()
    refused(booking.confirm, found, booking.wrong(found))
    again = booking.provisional.send_again("rumst", found.booking.hold)
    assert booking.code(again) == booking.code(found)
    assert again.booking.attempts == 1


def test_a_code_is_sent_again_a_few_times(booking):
    found = booking.request()
    for _ in range(MAX_SENDS - 1):
        booking.provisional.send_again("rumst", found.booking.hold)
    assert refused(booking.provisional.send_again, "rumst", found.booking.hold) == "too-many-codes"


def test_the_form_of_a_page_stays_with_its_slot_and_another_address_gets_another_code(booking):
    held = booking.hold()
    booking.fill_in(held)
    found = booking.request_draft(held)
    code = booking.code(found)
    booking.fill_in(held, {**CONTACT, "email": "other@example.org"})
    again = booking.request_draft(held)
    assert again.booking.id == found.booking.id
    assert again.held.expires == found.held.expires, "a change does not prolong it"
    assert refused(booking.confirm, again, code) == "wrong-code"
    assert booking.confirm(again)[1].contact["email"] == "other@example.org"


def test_a_form_whose_time_is_over_can_be_requested_again_and_gets_another_message(booking):
    held = booking.hold()
    booking.fill_in(held)
    first = booking.request_draft(held)
    booking.later(minutes=40)
    second = booking.request_draft(held)
    assert second.booking.sequence == first.booking.sequence + 1
    assert booking.confirm(second)[0].state == "booked"


def test_a_hold_that_expired_and_was_taken_moves_to_another_specialist(booking):
    held = booking.hold()
    booking.fill_in(held)
    booking.later(minutes=11)
    taken = booking.hold()
    found = booking.request_draft(held)
    assert found.held.appointment.resources != taken.appointment.resources or booking.capacity() == 0
    assert booking.confirm(found)[0].state == "booked"


@pytest.mark.parametrize(
    ("municipality", "topic", "state"),
    [("none", None, "booked"), ("email", None, "provisional"), ("email", "none", "booked"),
     ("none", "email", "provisional"), (None, None, "provisional")],
)  # fmt: skip
def test_a_municipality_and_a_type_say_what_is_confirmed_and_the_default_is_by_email(
    database, municipality, topic, state
):
    online = {"online": {"confirm": municipality}} if municipality else {}
    types = {"advies": a_type(**({"confirm": topic} if topic else {}))}
    booking = Stranger(database, a_configuration(**online, appointment_types=types))
    found = booking.request()
    assert ("provisional" if isinstance(found, ToConfirm) else found[0].state) == state


def test_a_confirmation_by_sms_needs_a_mobile_number(database):
    booking = Stranger(database, a_configuration(appointment_types=BY_SMS))
    assert refused(booking.request) == "invalid-request"
    assert refused(booking.request, contact={**CONTACT, "phone": "03 555 01 00"}) == "invalid-request"
    found = booking.request(contact=MOBILE)
    assert found.booking.destination == "+32470123456"
    assert booking.confirm(found)[0].state == "booked"


def test_an_address_that_was_confirmed_in_the_last_year_need_not_be_confirmed_again(booking):
    *_, proof = booking.confirm(booking.request())
    assert CONTACT["email"] not in proof
    booked, _ = booking.request(start=LATER, proofs=[proof])
    assert booked.state == "booked"
    other = {**CONTACT, "email": "victim@example.org"}
    assert isinstance(booking.request(start=LATER, contact=other, proofs=[proof]), ToConfirm)
    forged = ["x", f"2099-01-01{proof[10:]}"]
    assert isinstance(booking.request(start="2026-12-01T11:00:00+01:00", proofs=forged), ToConfirm)
    booking.later(days=366)
    assert not booking.use_cases.links.is_proof("rumst", CONTACT["email"], proof, booking.time.date())


def test_an_invitation_proves_who_books(booking):
    invited = from_json(Invite, {"appointment_type": "advies"})
    _, token = booking.use_cases.invitations.invite("rumst", invited, STAFF)
    assert booking.request(invitation=token)[0].state == "booked"


def test_codes_to_one_mailbox_are_bounded_however_it_is_written(booking):
    starts = [slot["start"] for slot in booking.slots() for _ in range(slot["capacity"])]
    addresses = [f"{name}+{number}@example.org" for number in range(4) for name in ("lieve", "Lieve")]
    for start, address in zip(starts[:6], addresses, strict=False):
        booking.request(start=start, contact={**CONTACT, "email": address})
    assert refused(booking.request, start=starts[6], contact=CONTACT) == "too-many-codes"


def test_a_code_that_may_not_be_sent_holds_no_slot(database):
    booking = Stranger(database, a_configuration(appointment_types=BY_SMS))
    starts = [slot["start"] for slot in booking.slots()]
    for start in starts[:3]:
        booking.request(start=start, contact=MOBILE)
    room = {slot["start"]: slot["capacity"] for slot in booking.slots()}
    assert refused(booking.request, start=starts[3], contact=MOBILE) == "too-many-codes"
    assert {slot["start"]: slot["capacity"] for slot in booking.slots()} == room


def test_a_stranger_takes_no_place_of_the_person_whose_address_is_given(database):
    booking = Stranger(database, a_configuration(most_per_contact=1))
    booking.request()
    assert booking.book(start=LATER)[0].state == "booked"


def test_requests_of_one_client_count_as_bookings(database):
    booking = Stranger(database, a_configuration(most_bookings_per_client=1))
    found = booking.request(client="192.0.2.1")
    assert refused(booking.request, client="192.0.2.1", start=LATER) == "too-many-bookings"
    assert booking.confirm(found)[0].state == "booked"


def test_concurrent_confirmations_book_once_and_one_that_does_not_know_can_be_repeated(booking):
    found = booking.request()
    code = booking.code(found)

    def confirm(_):
        try:
            return booking.confirm(found, code)[0].id
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(4) as crowd:
        outcomes = set(crowd.map(confirm, range(4)))
    assert found.booking.id in outcomes
    assert outcomes <= {found.booking.id, "outcome-unknown"}
    assert confirm(None) == found.booking.id
    assert booking.take_events().count("appointment.booked") == 1


def test_a_provisional_booking_is_exported_and_erased_with_its_person(booking, database):
    held = booking.hold()
    booking.fill_in(held)
    found, room = booking.request_draft(held), booking.capacity()
    privacy = booking.use_cases.privacy
    (exported,) = privacy.export_resident("rumst", CONTACT["email"], STAFF)["appointments"]
    assert (exported["appointment"], exported["state"]) == (found.booking.id, "provisional")
    assert exported["contact"]["email"] == CONTACT["email"]
    privacy.erase_resident("rumst", CONTACT["email"], STAFF)
    assert refused(booking.confirm, found, "000000") == "confirmation-over"
    assert booking.capacity() == room + 1
    for name in ("provisional_bookings", "drafts"):
        assert database[name].count_documents({}) == 0


def test_the_agenda_of_the_staff_shows_the_held_time_without_its_resident_until_it_is_over(booking):
    def held():
        day = booking.use_cases.day.agenda("rumst", dt.date(2026, 11, 30), None, STAFF)
        return [each for resource in day["resources"] for each in resource["provisional"]]

    booking.hold(start="2026-11-30T11:00:00+01:00")
    booking.request()
    (shown,) = held()
    assert (shown["taken_from"][11:16], shown["taken_to"][11:16]) == ("10:00", "10:30")
    assert CONTACT["name"] not in str(shown)
    booking.later(minutes=30)
    assert held() == []


def test_only_the_reader_of_a_mail_unsubscribes_an_unconfirmed_address(database):
    booking = Stranger(database, a_configuration(online={"confirm": "none"}))
    _, card = booking.request()
    links, cards = booking.use_cases.links, booking.use_cases.contact_cards
    link = links.token(card.id)
    (answer,) = cards.contact_cards([["rumst", card.id]])
    assert refused(cards.contact_mark, "rumst", link) == "appointment-not-found"
    assert refused(cards.contact_mark, "rumst", f"{link}.guessed") == "appointment-not-found"
    assert cards.contact_mark("rumst", f"{link}.{answer['card']['unsubscribe_proof']}") == card.contact_mark


def test_the_link_alone_unsubscribes_an_address_that_was_confirmed_or_booked_by_staff(booking):
    _, confirmed, _ = booking.confirm(booking.request())
    _, by_staff = booking.book(start=LATER, request=STAFF)
    for card in (confirmed, by_staff):
        link = booking.use_cases.links.token(card.id)
        assert booking.use_cases.contact_cards.contact_mark("rumst", link) == card.contact_mark
