"""Preparation: file study, documents on time, and requests of the specialist."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from booking_harness import STAFF, BookingHarness, refused
from builders import utc
from municipality_yaml import a_configuration, specialist, types

from loket_booking.commands import attachments
from loket_booking.commands.request import Request
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import BookFollowUp
from loket_contracts.rpc.booking.changes import AnswerQuestions, GiveFeedback
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.booking.steps import AskResident
from loket_contracts.rpc.message import from_json

START = "2026-12-03T10:00:00+01:00"  # a Thursday
PDF = base64.b64encode(b"%PDF-1.7\n%%EOF\n").decode()
CHOICES = {"ja": "Ja", "nee": "Nee"}
QUESTIONS = {
    "plan": {"label": "Plan", "kind": "file", "required": True, "due_working_days": 2, "if_missing": "flag"},
    "grond": {"label": "Eigen grond?", "kind": "choice", "choices": CHOICES},
    "eigenaar": {
        "label": "Van wie?", "required": True, "only_if": {"question": "grond", "is": ["nee"]},
    },
}  # fmt: skip


def booking_with(database, **kind):
    return BookingHarness(
        database, a_configuration(resources={"ro-1": specialist()}, appointment_types=types(advies=kind))
    )


def asking(database, **plan):
    questions = {**QUESTIONS, "plan": {**QUESTIONS["plan"], **plan}}
    return booking_with(database, questions=questions)


def upload(booking, card, content=PDF, question="plan", name="plan.pdf"):
    return booking.use_cases.attachments.add_file(booking.card(card.id), question, name, content, Request())


# --- time to study the file


def test_file_study_is_scheduled_in_the_working_days_before_the_appointment(database):
    booking = booking_with(database, study={"minutes": 20, "working_days": 2})
    booked, card = booking.book(start=START)
    _, placements = booking.stores.agendas.find_claim(card.agenda, card.id)
    assert [(each.purpose, str(each.agenda.date)) for each in placements] == [
        ("visit", "2026-12-03"), ("study", "2026-12-02"),
    ]  # fmt: skip
    assert booked.resources == ("ro-1",)
    assert "09:00" not in booking.starts("2026-12-02"), "the study takes that time"


def test_without_time_for_file_study_there_is_no_slot(database):
    booking = booking_with(database, study={"minutes": 20, "working_days": 1})
    booking.stores.agendas.collection.update_one(
        {"_id": "rumst/ro-1/2026-12-02"},
        {"$set": {"municipality": "rumst", "resource": "ro-1", "date": "2026-12-02"}
         | {f"b{n}": (1 << 60) - 1 for n in range(5)}},
        upsert=True,
    )  # fmt: skip
    assert booking.starts("2026-12-03") == []
    assert refused(booking.book, start=START) == "slot-taken"
    assert booking.starts("2026-12-04")


def test_cancelling_or_moving_an_appointment_also_cancels_or_moves_its_file_study(database):
    booking = booking_with(database, study={"minutes": 180, "working_days": 1})
    assert booking.starts("2026-12-02")
    _, card = booking.book(start=START)
    assert booking.starts("2026-12-02") == []
    booking.reschedule(card, "2026-12-04T10:00:00+01:00")
    assert booking.starts("2026-12-02")
    assert "09:00" not in booking.starts("2026-12-03")
    booking.cancel(booking.card(card.id))
    assert "09:00" in booking.starts("2026-12-03")


def test_an_appointment_whose_file_study_would_be_in_the_past_is_not_offered(database):
    booking = booking_with(database, study={"minutes": 20, "working_days": 1})
    booking.time = utc(2026, 12, 2, 10, 50)
    assert booking.starts("2026-12-03") == []
    booking.time = utc(2026, 12, 2, 10, 30)
    assert booking.starts("2026-12-03")


# --- questions that depend on an answer


def test_a_conditional_question_is_required_only_when_its_condition_is_met(database):
    booking = asking(database)
    _, card = booking.book(start=START, answers={"grond": "ja", "eigenaar": "Jan"})
    assert card.answers == {"grond": "ja"}, "what is not asked is not kept"
    assert refused(booking.book, start=START, answers={"grond": "nee"}) == "invalid-request"


def test_answers_can_be_changed_before_the_visit(database):
    booking = asking(database)
    _, card = booking.book(start=START, answers={"grond": "ja"})
    given = from_json(AnswerQuestions, {"answers": {"grond": "nee", "eigenaar": "Jan"}})
    assert booking.use_cases.preparation.answer_questions(card, given, Request()).answers == {
        "grond": "nee",
        "eigenaar": "Jan",
    }
    wrong = from_json(AnswerQuestions, {"answers": {"grond": "misschien"}})
    assert refused(booking.use_cases.preparation.answer_questions, card, wrong, Request()) == "invalid-request"


# --- documents


def test_a_missing_document_is_requested_once_and_then_flagged(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    booking.take_events()
    booking.time = utc(2026, 11, 27, 7)  # the reminder: two working days before the due day, at nine
    booking.use_cases.housekeeping.run_jobs()
    assert booking.take_events().count("appointment.documents_due") == 0
    booking.time = utc(2026, 11, 27, 8)
    for _ in range(2):
        booking.use_cases.housekeeping.run_jobs()
    assert booking.take_events().count("appointment.documents_due") == 1
    booking.time = utc(2026, 12, 1, 23)  # the end of the second working day before
    for _ in range(2):
        booking.use_cases.housekeeping.run_jobs()
    assert booking.take_events().count("appointment.documents_missing") == 1
    assert booking.card(card.id).flagged
    upload(booking, card)
    assert not booking.card(card.id).flagged, "it is there after all"


def test_a_document_that_was_uploaded_is_not_requested(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    upload(booking, card)
    assert booking.card(card.id).duty_at is None
    booking.time = utc(2026, 12, 2, 8)
    booking.take_events()
    booking.use_cases.housekeeping.run_jobs()
    assert [name for name in booking.take_events() if name.startswith("appointment")] == []


@pytest.mark.parametrize(("consequence", "state"), [("keep", "booked"), ("release", "cancelled")])
def test_the_municipality_configures_the_consequence_of_a_missing_document(database, consequence, state):
    booking = asking(database, if_missing=consequence)
    _, card = booking.book(start=START)
    booking.time = utc(2026, 12, 1, 23)
    booking.use_cases.housekeeping.run_jobs()
    assert booking.appointment(card).state == state
    if state == "cancelled":
        assert booking.appointment(card).history[-1].reason == "documents-missing"
        assert booking.starts("2026-12-03")


def test_a_late_booking_may_bring_documents_until_the_start_and_gets_no_reminder(database):
    booking = asking(database, if_missing="release")
    booking.time = utc(2026, 12, 2, 12)
    _, card = booking.book(start=START)
    booking.take_events()
    booking.use_cases.housekeeping.run_jobs()
    assert booking.appointment(card).state == "booked"
    assert [name for name in booking.take_events() if name.startswith("appointment")] == []


def test_moving_an_appointment_moves_the_due_day_of_its_documents(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    booking.reschedule(card, "2026-12-10T10:00:00+01:00")
    assert booking.card(card.id).duty_at == utc(2026, 12, 4, 8)


def test_a_repeat_after_a_crash_does_not_apply_a_command_twice(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    booking.time = utc(2026, 11, 27, 8)
    before = booking.card(card.id).duty_at
    booking.use_cases.preparation.process_due_documents()
    booking.stores.cards.change(card, duty_at=before)
    booking.use_cases.preparation.process_due_documents()
    assert booking.take_events().count("appointment.documents_due") == 1


@pytest.mark.parametrize(
    ("content", "question"),
    [
        (base64.b64encode(b"<html><script>alert(1)</script>").decode(), "plan"),
        (base64.b64encode(b"MZ\x90\x00" + b"\x00" * 200).decode(), "plan"),
        ("not base64!", "plan"),
        ("", "plan"),
        (PDF, "grond"),
        (PDF, "onbekend"),
        (base64.b64encode(b"%PDF-1.7\n" + b"x" * attachments.MAX_BYTES).decode(), "plan"),
    ],
)
def test_a_file_of_the_wrong_type_is_refused_and_not_stored(database, content, question):
    booking = asking(database)
    _, card = booking.book(start=START)
    assert refused(upload, booking, card, content, question) == "file-not-accepted"
    assert booking.card(card.id).files == []
    assert booking.stores.files.collection.count_documents({}) == 0


def test_a_file_is_returned_unchanged_and_deleted_on_request(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    kept = upload(booking, card, name="../plan\x00.pdf")
    assert (kept["name"], kept["media_type"]) == ("plan.pdf", "application/pdf")
    found = booking.use_cases.attachments.read_file(booking.card(card.id), kept["id"], Request())
    assert found["content"] == PDF
    booking.use_cases.attachments.drop_file(booking.card(card.id), kept["id"], Request())
    assert (
        refused(booking.use_cases.attachments.read_file, booking.card(card.id), kept["id"], Request())
        == "file-not-found"
    )
    assert booking.stores.files.collection.count_documents({}) == 0
    assert booking.card(card.id).duty_at is not None, "it is missing again"


def test_the_number_of_files_is_limited(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    for _ in range(attachments.MAX_FILES):
        upload(booking, card)
    assert refused(upload, booking, card) == "file-not-accepted"
    assert booking.stores.files.collection.count_documents({}) == attachments.MAX_FILES


def test_a_file_cannot_be_read_through_another_appointment(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    _, other = booking.book(start="2026-12-03T11:00:00+01:00")
    kept = upload(booking, card)
    assert refused(booking.use_cases.attachments.read_file, other, kept["id"], Request()) == "file-not-found"


# --- what the specialist asks, sees and records


def test_a_request_to_the_resident_is_published_without_its_text_and_answered_on_the_card(database):
    booking = asking(database)
    _, card = booking.book(start=START)
    booking.use_cases.preparation.ask_resident(card, AskResident(text="Wie is uw architect?"), STAFF)
    assert booking.take_events()[-1] == "appointment.preparation_requested"
    assert "architect" not in str(list(booking.stores.agendas.collection.find({})))
    given = from_json(AnswerQuestions, {"answers": {}, "message": "Mevrouw Peeters"})
    booking.use_cases.preparation.answer_questions(booking.card(card.id), given, Request())
    shown = booking.use_cases.appointments.describe(booking.appointment(card), booking.card(card.id))
    assert shown["asked"] == [{"text": "Wie is uw architect?", "answer": "Mevrouw Peeters"}]


def test_the_dossier_contains_answers_files_and_earlier_visits_and_reading_it_is_audited(database):
    booking = asking(database)
    _, earlier = booking.book(start="2026-11-26T10:00:00+01:00")
    _, card = booking.book(start=START, answers={"grond": "ja"})
    upload(booking, card)
    booking.begin(earlier)
    booking.apply(earlier, "start", desk="Loket 1")
    booking.apply(earlier, "complete", outcome="follow_up")
    seen = booking.use_cases.dossiers.dossier(booking.card(card.id), booking.appointment(card), STAFF)
    assert seen["answers"] == {"grond": "ja"}
    assert [file["name"] for file in seen["files"]] == ["plan.pdf"]
    assert [(each["appointment"], each["outcome"]) for each in seen["earlier"]] == [(earlier.id, "follow_up")]
    entry = booking.stores.audit.page("rumst", card.id, None, 1)[0][0]
    assert (entry.action, entry.who) == ("read", "ro-1")


def test_a_follow_up_is_booked_at_once_for_the_same_resident(database):
    booking = booking_with(database)
    _, card = booking.book(start=START)
    command = from_json(BookFollowUp, {"appointment_types": ["advies"], "start": "2026-12-10T10:00:00+01:00"})
    booked, made = booking.use_cases.booking.follow_up(card, command, STAFF)
    assert booked.follows == card.id
    assert made.contact == card.contact


def test_feedback_is_accepted_once_and_only_after_the_visit(database):
    booking = booking_with(database)
    _, card = booking.book(start=START)
    give = (booking.use_cases.feedback.give_feedback, card, GiveFeedback(score=5, comment="Dank u"), Request())
    assert refused(*give) == "not-allowed-in-state"
    booking.begin(card)
    booking.apply(card, "start")
    booking.apply(card, "complete", outcome="answered")
    give[0](*give[1:])
    assert booking.take_events()[-1] == "feedback.given"
    assert refused(*give) == "feedback-given"


# --- invitations


def invited(booking, **changes):
    command = Invite(**{"appointment_type": "bezwaar", **changes})
    return booking.use_cases.invitations.invite("rumst", command, STAFF)


@pytest.fixture
def by_link(database):
    kinds = types(advies={}, bezwaar={"visibility": "link"}, intern={"visibility": "staff"})
    booking = BookingHarness(database, a_configuration(appointment_types=kinds))
    booking.usual = {"appointment_types": ["bezwaar"], "start": START}
    return booking


def test_a_type_by_invitation_requires_an_invitation(by_link):
    assert refused(by_link.book) == "unknown-appointment-type"
    assert refused(by_link.book, appointment_types=["intern"]) == "unknown-appointment-type"
    assert by_link.book(appointment_types=["intern"], request=STAFF)
    _, token = invited(by_link, resource="ro-2", file_reference="OMV_2025012345")
    booked, card = by_link.book(invitation=token)
    assert booked.resources == ("ro-2",)
    seen = by_link.use_cases.dossiers.dossier(card, booked, STAFF)
    assert seen["file_reference"] == "OMV_2025012345"


def test_an_invitation_is_used_once_even_by_concurrent_bookings(by_link):
    _, token = invited(by_link)
    starts = [f"2026-12-0{day}T{hour}:00:00+01:00" for day in (3, 4) for hour in (10, 11)]

    def attempt(start):
        try:
            by_link.book(start=start, invitation=token)
        except Refusal as refusal:
            return refusal.code
        return "booked"

    with ThreadPoolExecutor(4) as pool:
        results = sorted(pool.map(attempt, starts))
    assert results == ["booked", *["invitation-not-valid"] * 3]
    assert by_link.stores.cards.collection.count_documents({}) == 1


def test_an_invitation_is_limited_to_its_type_and_time_and_can_be_revoked(by_link):
    made, token = invited(by_link, days=1)
    assert refused(by_link.book, invitation=token, appointment_types=["advies"]) == "invitation-not-valid"
    assert refused(by_link.hold, invitation="wrong") == "invitation-not-valid"
    by_link.later(days=1)
    assert refused(by_link.book, invitation=token) == "invitation-not-valid"
    made, token = invited(by_link)
    by_link.use_cases.invitations.revoke("rumst", made.id)
    assert refused(by_link.book, invitation=token) == "invitation-not-valid"
    assert refused(by_link.use_cases.invitations.revoke, "boom", made.id) == "invitation-not-valid"


def test_an_invitation_whose_slot_was_taken_can_still_be_used(by_link):
    _, token = invited(by_link, resource="ro-1")
    by_link.book(request=STAFF, resource="ro-1")
    assert refused(by_link.book, invitation=token) == "slot-taken"
    assert by_link.book(invitation=token, start="2026-12-04T10:00:00+01:00")


def test_only_a_hash_of_the_invitation_is_stored_and_its_use_is_published(by_link):
    _, token = invited(by_link)
    assert token not in str(by_link.stores.invitations.collection.find_one({}))
    shown = by_link.use_cases.appointments.describe_invitation("rumst", token)
    assert shown["appointment_type"] == "bezwaar"
    _, card = by_link.book(invitation=token)
    assert refused(by_link.use_cases.appointments.describe_invitation, "rumst", token) == "invitation-not-valid"
    assert [each["appointment"] for each in by_link.use_cases.invitation_list.latest_invitations("rumst", None)] == [
        card.id
    ]


@pytest.mark.parametrize("command", [{"appointment_type": "x"}, {"resource": "mi-1"}, {"location": "x"}])
def test_an_invitation_to_an_unknown_type_resource_or_location_is_refused(by_link, command):
    assert refused(invited, by_link, **command).startswith("unknown-")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"{'plan ' * 40}.pdf", f"{('plan ' * 40)[:116]}.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Documents\\plan.pdf", "plan.pdf"),
        ("plan", "plan"),
        ("..", "document"),
        ("/", "document"),
    ],
)
def test_a_sanitised_file_name_keeps_its_extension_and_has_no_folders(given, kept):
    assert attachments.safe_file_name(given) == kept
