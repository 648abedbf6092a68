"""A resident can ask for a specialist who speaks their language, and has one after every change."""

import pytest
from booking_harness import STAFF, START, BookingHarness, refused
from municipality_yaml import a_configuration, specialist

from loket_booking.commands.request import Request
from loket_booking.queries.catalogue import describe_appointment_type
from loket_booking.queries.day import appointment_summary
from loket_contracts.rpc.booking.changes import JoinWaitingList

LATER = "2026-11-30T11:00:00+01:00"


@pytest.fixture
def booking(database):
    """Two specialists. The one with the lower code is chosen first, and only the other speaks French."""
    people = {"ro-1": specialist(languages=["nl"]), "ro-2": specialist(languages=["nl", "fr", "ar"])}
    return BookingHarness(database, a_configuration(resources=people))


def known(booking):
    return booking.stores.configurations.calendar("rumst").municipality


def offered(booking):
    municipality = known(booking)
    return describe_appointment_type(municipality.appointment_types["advies"], municipality)["specialist_languages"]


def test_a_specialist_who_speaks_the_language_is_chosen(booking):
    assert booking.book()[0].resources == ("ro-1",)
    assert booking.book(specialist_language="ar")[0].resources == ("ro-2",)


def test_a_slot_is_refused_when_the_speakers_are_busy(booking):
    booking.book(specialist_language="fr")
    assert refused(booking.book, specialist_language="fr") == "slot-taken"
    assert START[11:16] not in booking.starts(language="fr")
    assert START[11:16] in booking.starts()


def test_the_language_of_a_hold_is_that_of_its_appointment(booking):
    held = booking.hold(specialist_language="fr")
    appointment, _ = booking.book(hold=held.appointment.id)
    assert (appointment.specialist_language, appointment.resources) == ("fr", ("ro-2",))


def test_a_moved_appointment_is_with_a_specialist_who_speaks_the_language(booking):
    _, card = booking.book(specialist_language="fr")
    assert booking.reschedule(card, LATER).resources == ("ro-2",)


def test_a_move_is_refused_when_the_speakers_are_busy(booking):
    booking.book(start=LATER, specialist_language="fr")
    _, card = booking.book(specialist_language="fr")
    assert refused(booking.reschedule, card, LATER) == "slot-taken"


def test_a_caller_who_names_a_specialist_decides(booking):
    _, card = booking.book(specialist_language="fr")
    assert booking.reschedule(card, LATER, resource="ro-1").resources == ("ro-1",)


def test_residents_choose_among_the_languages_of_the_people_of_a_topic(booking):
    assert offered(booking) == ["ar", "fr", "nl"]


@pytest.mark.parametrize("languages", [[], ["nl"]])
def test_residents_are_not_asked_where_there_is_no_choice(database, languages):
    resources = {"ro-1": specialist(languages=languages), "zaal": specialist(kind="room", languages=["nl", "fr"])}
    assert offered(BookingHarness(database, a_configuration(resources=resources))) == []


def test_the_resident_and_the_desk_see_the_language(booking):
    appointment, card = booking.book(specialist_language="fr")
    assert booking.use_cases.appointments.describe(appointment, card)["specialist_language"] == "fr"
    assert appointment_summary(known(booking), appointment, card, booking.time)["specialist_language"] == "fr"


def test_an_earlier_time_of_the_waiting_list_is_with_a_speaker(booking):
    """The time of the other specialist that comes free does not suit."""
    booking.fill("2026-11-24", "2026-11-30")
    claims = booking.stores.days.claims("rumst", booking.time.date())
    by_person = {each.placement.agenda.resource: each.appointment for each in claims if each.appointment}
    _, card = booking.book(start="2026-12-01T09:00:00+01:00", specialist_language="fr", request=STAFF)
    booking.use_cases.waiting_list.join(card, JoinWaitingList(appointment=card.id), Request())
    booking.cancel(booking.card(by_person["ro-1"].id))
    assert booking.use_cases.waiting_list.process_waiting_lists() == 0
    booking.cancel(booking.card(by_person["ro-2"].id))
    assert booking.use_cases.waiting_list.process_waiting_lists() == 1
