"""Coming prepared: time to study the file, documents in time, and what the specialist asks beforehand."""

import base64
from concurrent.futures import ThreadPoolExecutor

import pytest
from builders import utc
from desk import STAFF, Desk, refused
from municipality_yaml import a_town, specialist, types

from loket_booking.commands import attachments
from loket_booking.commands.request import Request
from loket_contracts.commands import AnswerQuestions, BookFollowUp, Invite
from loket_contracts.errors import Refusal

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


def town(database, **kind):
    return Desk(database, a_town(resources={"ro-1": specialist()}, appointment_types=types(advies=kind)))


def asking(database, **plan):
    questions = {**QUESTIONS, "plan": {**QUESTIONS["plan"], **plan}}
    return town(database, questions=questions)


def upload(desk, card, content=PDF, question="plan", name="plan.pdf"):
    return desk.use_cases.attachments.add_file(desk.card(card.id), question, name, content, Request())


# --- time to study the file


def test_the_file_is_studied_somewhere_in_the_working_days_before(database):
    desk = town(database, study={"minutes": 20, "working_days": 2})
    booked, card = desk.book(start=START)
    _, placements = desk.stores.agendas.find_claim(card.agenda, card.id)
    assert [(each.purpose, str(each.agenda.date)) for each in placements] == [
        ("visit", "2026-12-03"), ("study", "2026-12-02"),
    ]  # fmt: skip
    assert booked.resources == ("ro-1",)
    assert "09:00" not in desk.starts("2026-12-02"), "the study takes that time"


def test_without_time_to_study_there_is_no_slot(database):
    desk = town(database, study={"minutes": 20, "working_days": 1})
    desk.stores.agendas.collection.update_one(
        {"_id": "rumst/ro-1/2026-12-02"},
        {"$set": {"municipality": "rumst", "resource": "ro-1", "date": "2026-12-02"}
         | {f"b{n}": (1 << 60) - 1 for n in range(5)}},
        upsert=True,
    )  # fmt: skip
    assert desk.starts("2026-12-03") == []
    assert refused(desk.book, start=START) == "slot-taken"
    assert desk.starts("2026-12-04")


def test_what_cancels_or_moves_a_visit_takes_its_study_along(database):
    desk = town(database, study={"minutes": 180, "working_days": 1})
    assert desk.starts("2026-12-02")
    _, card = desk.book(start=START)
    assert desk.starts("2026-12-02") == []
    desk.reschedule(card, "2026-12-04T10:00:00+01:00")
    assert desk.starts("2026-12-02")
    assert "09:00" not in desk.starts("2026-12-03")
    desk.cancel(desk.card(card.id))
    assert "09:00" in desk.starts("2026-12-03")


def test_a_study_that_would_lie_in_the_past_is_none(database):
    desk = town(database, study={"minutes": 20, "working_days": 1})
    desk.time = utc(2026, 12, 2, 10, 50)
    assert desk.starts("2026-12-03") == []
    desk.time = utc(2026, 12, 2, 10, 30)
    assert desk.starts("2026-12-03")


# --- questions that depend on an answer


def test_a_question_is_needed_only_after_the_answer_that_leads_to_it(database):
    desk = asking(database)
    _, card = desk.book(start=START, answers={"grond": "ja", "eigenaar": "Jan"})
    assert card.answers == {"grond": "ja"}, "what is not asked is not kept"
    assert refused(desk.book, start=START, answers={"grond": "nee"}) == "invalid-request"


def test_answers_can_be_mended_before_the_visit(database):
    desk = asking(database)
    _, card = desk.book(start=START, answers={"grond": "ja"})
    given = AnswerQuestions().load({"answers": {"grond": "nee", "eigenaar": "Jan"}})
    assert desk.use_cases.preparation.answer_questions(card, given, Request()).answers == {
        "grond": "nee",
        "eigenaar": "Jan",
    }
    wrong = AnswerQuestions().load({"answers": {"grond": "misschien"}})
    assert refused(desk.use_cases.preparation.answer_questions, card, wrong, Request()) == "invalid-request"


# --- documents


def test_a_document_that_is_missing_is_asked_for_once_and_then_flagged(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    desk.told()
    desk.time = utc(2026, 11, 27, 7)  # the reminder: two working days before the due day, at nine
    desk.use_cases.housekeeping.run_jobs()
    assert desk.told().count("appointment.documents_due") == 0
    desk.time = utc(2026, 11, 27, 8)
    for _ in range(2):
        desk.use_cases.housekeeping.run_jobs()
    assert desk.told().count("appointment.documents_due") == 1
    desk.time = utc(2026, 12, 1, 23)  # the end of the second working day before
    for _ in range(2):
        desk.use_cases.housekeeping.run_jobs()
    assert desk.told().count("appointment.documents_missing") == 1
    assert desk.card(card.id).flagged
    upload(desk, card)
    assert not desk.card(card.id).flagged, "it is there after all"


def test_a_document_that_is_there_is_not_asked_for(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    upload(desk, card)
    assert desk.card(card.id).duty_at is None
    desk.time = utc(2026, 12, 2, 8)
    desk.told()
    desk.use_cases.housekeeping.run_jobs()
    assert [name for name in desk.told() if name.startswith("appointment")] == []


@pytest.mark.parametrize(("consequence", "state"), [("keep", "booked"), ("release", "cancelled")])
def test_the_consequence_of_a_missing_document_is_the_municipalitys(database, consequence, state):
    desk = asking(database, if_missing=consequence)
    _, card = desk.book(start=START)
    desk.time = utc(2026, 12, 1, 23)
    desk.use_cases.housekeeping.run_jobs()
    assert desk.appointment(card).state == state
    if state == "cancelled":
        assert desk.appointment(card).history[-1].reason == "documents-missing"
        assert desk.starts("2026-12-03")


def test_who_books_late_has_until_the_start_and_is_not_reminded(database):
    desk = asking(database, if_missing="release")
    desk.time = utc(2026, 12, 2, 12)
    _, card = desk.book(start=START)
    desk.told()
    desk.use_cases.housekeeping.run_jobs()
    assert desk.appointment(card).state == "booked"
    assert [name for name in desk.told() if name.startswith("appointment")] == []


def test_a_move_moves_the_day_on_which_documents_are_due(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    desk.reschedule(card, "2026-12-10T10:00:00+01:00")
    assert desk.card(card.id).duty_at == utc(2026, 12, 4, 8)


def test_a_process_that_died_between_a_step_and_its_note_does_not_take_it_twice(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    desk.time = utc(2026, 11, 27, 8)
    before = desk.card(card.id).duty_at
    desk.use_cases.preparation.process_due_documents()
    desk.stores.cards.change(card, duty_at=before)
    desk.use_cases.preparation.process_due_documents()
    assert desk.told().count("appointment.documents_due") == 1


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
def test_a_file_that_is_not_what_was_asked_for_is_refused_and_nothing_is_kept(database, content, question):
    desk = asking(database)
    _, card = desk.book(start=START)
    assert refused(upload, desk, card, content, question) == "file-not-accepted"
    assert desk.card(card.id).files == []
    assert desk.stores.files.collection.count_documents({}) == 0


def test_a_file_comes_back_as_it_was_and_goes_when_it_is_dropped(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    kept = upload(desk, card, name="../plan\x00.pdf")
    assert (kept["name"], kept["media_type"]) == ("plan.pdf", "application/pdf")
    found = desk.use_cases.attachments.read_file(desk.card(card.id), kept["id"], Request())
    assert found["content"] == PDF
    desk.use_cases.attachments.drop_file(desk.card(card.id), kept["id"], Request())
    assert refused(desk.use_cases.attachments.read_file, desk.card(card.id), kept["id"], Request()) == "file-not-found"
    assert desk.stores.files.collection.count_documents({}) == 0
    assert desk.card(card.id).duty_at is not None, "it is missing again"


def test_there_is_an_end_to_the_number_of_files(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    for _ in range(attachments.MAX_FILES):
        upload(desk, card)
    assert refused(upload, desk, card) == "file-not-accepted"
    assert desk.stores.files.collection.count_documents({}) == attachments.MAX_FILES


def test_the_file_of_one_appointment_is_not_opened_with_another(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    _, other = desk.book(start="2026-12-03T11:00:00+01:00")
    kept = upload(desk, card)
    assert refused(desk.use_cases.attachments.read_file, other, kept["id"], Request()) == "file-not-found"


# --- what the specialist asks, sees and records


def test_what_is_asked_beforehand_is_told_without_its_words_and_answered_on_the_card(database):
    desk = asking(database)
    _, card = desk.book(start=START)
    desk.use_cases.preparation.ask_resident(card, "Wie is uw architect?", STAFF)
    assert desk.told()[-1] == "appointment.preparation_requested"
    assert "architect" not in str(list(desk.stores.agendas.collection.find({})))
    given = AnswerQuestions().load({"answers": {}, "message": "Mevrouw Peeters"})
    desk.use_cases.preparation.answer_questions(desk.card(card.id), given, Request())
    shown = desk.use_cases.appointments.describe(desk.appointment(card), desk.card(card.id))
    assert shown["asked"] == [{"text": "Wie is uw architect?", "answer": "Mevrouw Peeters"}]


def test_the_specialist_sees_answers_files_and_earlier_visits_and_the_look_is_recorded(database):
    desk = asking(database)
    _, earlier = desk.book(start="2026-11-26T10:00:00+01:00")
    _, card = desk.book(start=START, answers={"grond": "ja"})
    upload(desk, card)
    desk.begin(earlier)
    desk.step(earlier, "start", desk="Loket 1")
    desk.step(earlier, "complete", outcome="follow_up")
    seen = desk.use_cases.dossiers.dossier(desk.card(card.id), desk.appointment(card), STAFF)
    assert seen["answers"] == {"grond": "ja"}
    assert [file["name"] for file in seen["files"]] == ["plan.pdf"]
    assert [(each["appointment"], each["outcome"]) for each in seen["earlier"]] == [(earlier.id, "follow_up")]
    look = desk.stores.audit.page("rumst", card.id, None, 1)[0][0]
    assert (look["action"], look["who"]) == ("read", "ro-1")


def test_a_follow_up_is_booked_at_once_for_the_same_resident(database):
    desk = town(database)
    _, card = desk.book(start=START)
    wish = BookFollowUp().load({"appointment_types": ["advies"], "start": "2026-12-10T10:00:00+01:00"})
    booked, made = desk.use_cases.booking.follow_up(card, wish, STAFF)
    assert booked.follows == card.id
    assert made.contact == card.contact


def test_feedback_is_taken_once_and_after_the_visit(database):
    desk = town(database)
    _, card = desk.book(start=START)
    give = (desk.use_cases.feedback.give_feedback, card, 5, "Dank u", Request())
    assert refused(*give) == "not-allowed-in-state"
    desk.begin(card)
    desk.step(card, "start")
    desk.step(card, "complete", outcome="answered")
    give[0](*give[1:])
    assert desk.told()[-1] == "feedback.given"
    assert refused(*give) == "feedback-given"


# --- invitations


def invited(desk, **changes):
    wish = Invite().load({"appointment_type": "bezwaar", **changes})
    return desk.use_cases.invitations.invite("rumst", wish, STAFF)


@pytest.fixture
def by_link(database):
    kinds = types(advies={}, bezwaar={"visibility": "link"}, intern={"visibility": "staff"})
    desk = Desk(database, a_town(appointment_types=kinds))
    desk.usual = {"appointment_types": ["bezwaar"], "start": START}
    return desk


def test_what_is_by_invitation_is_booked_with_one_and_not_without(by_link):
    assert refused(by_link.book) == "unknown-appointment-type"
    assert refused(by_link.book, appointment_types=["intern"]) == "unknown-appointment-type"
    assert by_link.book(appointment_types=["intern"], request=STAFF)
    _, token = invited(by_link, resource="ro-2", file_reference="OMV_2025012345")
    booked, card = by_link.book(invitation=token)
    assert booked.resources == ("ro-2",)
    seen = by_link.use_cases.dossiers.dossier(card, booked, STAFF)
    assert seen["file_reference"] == "OMV_2025012345"


def test_an_invitation_is_used_once_also_when_two_use_it_at_the_same_moment(by_link):
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


def test_an_invitation_is_for_its_own_type_and_time_and_can_be_taken_back(by_link):
    made, token = invited(by_link, days=1)
    assert refused(by_link.book, invitation=token, appointment_types=["advies"]) == "invitation-not-valid"
    assert refused(by_link.hold, invitation="wrong") == "invitation-not-valid"
    by_link.later(days=1)
    assert refused(by_link.book, invitation=token) == "invitation-not-valid"
    made, token = invited(by_link)
    by_link.use_cases.invitations.revoke("rumst", made.id)
    assert refused(by_link.book, invitation=token) == "invitation-not-valid"
    assert refused(by_link.use_cases.invitations.revoke, "boom", made.id) == "invitation-not-valid"


def test_an_invitation_whose_slot_went_to_another_can_still_be_used(by_link):
    _, token = invited(by_link, resource="ro-1")
    by_link.book(request=STAFF, resource="ro-1")
    assert refused(by_link.book, invitation=token) == "slot-taken"
    assert by_link.book(invitation=token, start="2026-12-04T10:00:00+01:00")


def test_only_a_hash_of_the_invitation_is_kept_and_its_use_is_told(by_link):
    _, token = invited(by_link)
    assert token not in str(by_link.stores.invitations.collection.find_one({}))
    shown = by_link.use_cases.appointments.describe_invitation("rumst", token)
    assert shown["appointment_type"] == "bezwaar"
    _, card = by_link.book(invitation=token)
    assert refused(by_link.use_cases.appointments.describe_invitation, "rumst", token) == "invitation-not-valid"
    assert [each["appointment"] for each in by_link.use_cases.invitation_list.latest_invitations("rumst")] == [card.id]


@pytest.mark.parametrize("wish", [{"appointment_type": "x"}, {"resource": "mi-1"}, {"location": "x"}])
def test_an_invitation_to_what_cannot_be_is_not_made(by_link, wish):
    assert refused(invited, by_link, **wish).startswith("unknown-")


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
def test_a_name_of_a_file_keeps_its_extension_and_has_no_folders(given, kept):
    assert attachments.safe_file_name(given) == kept
