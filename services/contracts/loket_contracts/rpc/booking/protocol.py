"""Every RPC method of booking. Times cross the bus as RFC 3339, dates as YYYY-MM-DD.

`caller`: who calls. The gateway has checked its permissions. An appointment that it may not see is refused as
appointment-not-found, such as that of another team.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..amend_part import AmendPart
from ..caller import (
    ANYONE,
    KioskCaller,
    PortalCaller,
    ResidentCaller,
    ResidentOrPortal,
    ResidentOrStaff,
    ResidentPortalOrStaff,
    StaffCaller,
)
from ..method import version
from ..service import EventSource
from . import (
    previous_release,
    previous_release_administration,
    previous_release_calendar,
    previous_release_desk,
    previous_release_residents,
)
from .administration_answers import (
    AuditPage,
    ComparedConfiguration,
    ConfigurationText,
    ErasureEntry,
    LoadedConfiguration,
    PartValues,
    ProposedPart,
    ResidentExport,
    StoredConfiguration,
)
from .agenda_answers import AgendaDay, Dossier, ResourceEntry
from .answers import (
    AppointmentView,
    CardOrRefusal,
    Catalogue,
    FileEntry,
    MunicipalityEntry,
    OwnAppointment,
    RefusedForm,
    TeamContact,
    WaitingEntry,
)
from .book import BookAppointment, BookFollowUp, BookForResident, FillIn
from .changes import (
    AnswerQuestions,
    CorrectContact,
    GiveFeedback,
    InviteCompanion,
    JoinWaitingList,
    OfferPreferences,
    RescheduleAppointment,
)
from .closures import CloseTime, MoveThese
from .commands import CancelAppointment
from .invitations import Invite
from .queue_answers import Arrival, ArrivedPerson, NotExpected, PersonEntry, Queue, WalkInTopics
from .slot_answers import (
    BookedAppointment,
    ConfirmedBooking,
    DayCounts,
    Explanation,
    FileContent,
    FirstSlots,
    FormEntry,
    FreeSlots,
    HoldEntry,
    InvitationOffer,
    PortalAppointment,
    ProvisionalBooking,
    RequestedBooking,
)
from .slots import FindSlots, HoldSlot
from .staff_answers import (
    BusyTimes,
    ClosureEntry,
    ConflictEntry,
    FoundVisit,
    InvitationEntry,
    MoveResult,
    NewClosure,
    NewInvitation,
    ProposalEntry,
)
from .steps import AddNote, AskResident, CallNext, TakeStep
from .tickets import IssueTicket


class Booking(EventSource, Protocol):
    """Appointments of every municipality."""

    # for residents

    def municipalities(self) -> list[MunicipalityEntry]:
        """Return all municipalities."""
        ...

    def catalogue(self, municipality: str) -> Catalogue:
        """Return the public data of a municipality. Raises Refusal: unknown-municipality."""
        ...

    @version(2, before=previous_release.free_slots)
    def free_slots(self, municipality: str, criteria: FindSlots, caller: ResidentOrStaff = ANYONE) -> FreeSlots:
        """Return the free slots of a period, for staff without a lead time.

        Raises Refusal: unknown names, also for a type of another team that is not public; types-not-combinable,
        location-needed, invalid-request.
        """
        ...

    def day_counts(self, municipality: str, criteria: FindSlots) -> DayCounts:
        """Return how many starts are free on each day of a period. Raises Refusal: as `free_slots`."""
        ...

    def first_available(self, municipality: str, criteria: FindSlots) -> FirstSlots:
        """Return the first free slot at each location. Raises Refusal: as `free_slots`."""
        ...

    @version(2, before=previous_release.explain)
    def explain(self, municipality: str, criteria: FindSlots, caller: ResidentOrStaff = ANYONE) -> Explanation:
        """Return why no slots, or no more, are free: residents get the main reason, staff every resource and day.

        Raises Refusal: as `free_slots`.
        """
        ...

    def documents_due(self, municipality: str, appointment_types: Sequence[str], day: str) -> dict[str, str]:
        """Return the last day on which each required document is due, by question, for a visit on `day`.

        Raises Refusal: unknown-municipality, invalid-request.
        """
        ...

    @version(2, before=previous_release_residents.hold)
    def hold(
        self, municipality: str, command: HoldSlot, caller: ResidentCaller, idempotency_key: str | None = None
    ) -> HoldEntry:
        """Reserve a slot while the resident fills in the form.

        The id of the hold is a secret of this resident. Methods for the hold and its form need no more than this id.
        Raises Refusal: unknown names, slot-taken, too-many-holds, invitation-not-valid, idempotency-key-reused.
        """
        ...

    def held(self, municipality: str, identifier: str) -> HoldEntry:
        """Return a hold. Raises Refusal: hold-not-found."""
        ...

    @version(2, before=previous_release_residents.hold_instead)
    def hold_instead(self, municipality: str, before: str, command: HoldSlot, caller: ResidentCaller) -> HoldEntry:
        """Hold another slot for the same visit, and move the form to it. Raises Refusal: as `hold`, hold-not-found."""
        ...

    def fill_in(self, municipality: str, hold: str, body: FillIn) -> FormEntry:
        """Store a part of the form: `answers`, `contact`. Raises Refusal: hold-not-found, invalid-request."""
        ...

    def attach(self, municipality: str, hold: str, question: str, name: str, content: str) -> FormEntry:
        """Store a file with the form. `content` is base64 (RFC 4648).

        Raises Refusal: hold-not-found, file-not-accepted.
        """
        ...

    def detach(self, municipality: str, hold: str, file: str) -> FormEntry:
        """Delete a file of the form. Raises Refusal: hold-not-found."""
        ...

    def save_refused_form(self, municipality: str, owner: str, page: str, form: RefusedForm | None) -> None:
        """Store a form that was refused, so that its page can show it again; None deletes it.

        `owner`: the id of the hold, or the token of the link. It is deleted an hour after the hold, or within an hour.
        Raises Refusal: hold-not-found.
        """
        ...

    def booked_with(self, municipality: str, hold: str) -> str:
        """Return the token of the link of the appointment that was booked with a hold. Raises Refusal: hold-not-found.

        The id of a hold is a secret of its resident.
        """
        ...

    def filled_in(self, municipality: str, hold: str) -> FormEntry:
        """Return a hold and its form so far. Raises Refusal: hold-not-found."""
        ...

    @version(2, before=previous_release_residents.book_filled_in)
    def book_filled_in(
        self, municipality: str, hold: str, caller: ResidentCaller, invitation: str | None = None
    ) -> BookedAppointment:
        """Book a hold with its form. Idempotent. Raises Refusal: as `book`."""
        ...

    @version(2, before=previous_release.book)
    def book(
        self,
        municipality: str,
        command: BookAppointment,
        caller: ResidentOrPortal,
        idempotency_key: str | None = None,
        notes: str = "",
        answers_later: bool = False,
    ) -> BookedAppointment:
        """Book a hold, or a start without a hold. `caller`: a resident or a portal.

        `notes`, `answers_later`: only of a portal. The resident's message to the specialist, of which the first 2000
        characters are stored; and whether required questions may stay open. Without an idempotency key, equal requests
        of a portal book one appointment. After its cancellation, the same request books a new one.
        """
        ...

    def request_booking(
        self,
        municipality: str,
        command: BookAppointment,
        caller: ResidentCaller,
        idempotency_key: str | None = None,
        proofs: Sequence[str] = (),
    ) -> RequestedBooking:
        """Book for a stranger: at once, or provisionally, when the type requires a confirmed address or number.

        A provisional booking holds its slot until it expires, and its code is sent to the resident. `proofs`: of
        addresses that this resident confirmed before. Idempotent for one idempotency key. Raises Refusal: as `book`,
        too-many-codes, invalid-request when there is no number for an SMS.
        """
        ...

    def request_filled_in(
        self,
        municipality: str,
        hold: str,
        caller: ResidentCaller,
        invitation: str | None = None,
        proofs: Sequence[str] = (),
    ) -> RequestedBooking:
        """As `request_booking`, of a hold with its form. A repeat with another address sends a code to that one."""
        ...

    def provisional_of_hold(self, municipality: str, hold: str) -> ProvisionalBooking:
        """Return the provisional booking of a hold. Raises Refusal: confirmation-over."""
        ...

    def provisional_of_link(self, municipality: str, identifier: str, token: str) -> ProvisionalBooking:
        """Return the provisional booking with this link. Raises Refusal: confirmation-over, also for a wrong token."""
        ...

    def send_code_again(self, municipality: str, hold: str) -> ProvisionalBooking:
        """Send the code once more; a new one when the attempts are used up.

        Raises Refusal: confirmation-over, too-many-codes.
        """
        ...

    def confirm(self, municipality: str, identifier: str, code: str, caller: ResidentCaller) -> ConfirmedBooking:
        """Book what was provisional. `code`: the six digits, or the token of the link in the message. Idempotent.

        Raises Refusal: confirmation-over, wrong-code, code-used-up; as `book`.
        """
        ...

    @version(1, before=previous_release.book_for_resident)
    def book_for_resident(
        self, municipality: str, command: BookForResident, caller: StaffCaller, idempotency_key: str | None = None
    ) -> BookedAppointment:
        """Book for a resident at the counter or on the telephone: any type, no lead time, an optional address.

        Raises Refusal: as `book`, forbidden for a type of another team.
        """
        ...

    def invitation(self, municipality: str, token: str) -> InvitationOffer:
        """Return what can be booked with an invitation. `token`: of its link, which is all that a resident has.

        Raises Refusal: invitation-not-valid.
        """
        ...

    @version(2, before=previous_release.appointment)
    def appointment(self, municipality: str, identifier: str, caller: ResidentOrStaff) -> AppointmentView:
        """Return an appointment as its resident sees it, with the commands that the caller may give.

        `identifier`: the id of the appointment; staff may give its reference. Reading by staff is audited. Raises
        Refusal: appointment-not-found.
        """
        ...

    @version(2, before=previous_release_residents.appointment_calendar)
    def appointment_calendar(self, municipality: str, identifier: str, caller: ResidentCaller, url: str = "") -> str:
        """Return the calendar entry (RFC 5545). `url`: the page of the appointment, to which it links."""
        ...

    def appointment_by_link(self, municipality: str, token: str) -> OwnAppointment:
        """Return the appointment whose link has this token.

        The token is all that a link says: this method finds the id, which other methods take together with `caller`.
        Raises Refusal: appointment-not-found.
        """
        ...

    def coming_appointments(self, municipality: str, email: str) -> list[str]:
        """Return the ids of the coming appointments of an address, for the gateway, which has their links sent to it.

        Empty for an unknown address, and once too many codes and links went to this mailbox.
        """
        ...

    @version(2, before=previous_release.cancel)
    def cancel(
        self, municipality: str, identifier: str, command: CancelAppointment, caller: ResidentPortalOrStaff
    ) -> AppointmentView:
        """Cancel an appointment and free its time. Idempotent.

        `identifier`: the id of the appointment; staff may give its reference. Raises Refusal: appointment-not-found,
        not-allowed-in-state, changed-meanwhile, invalid-request.
        """
        ...

    def restore(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        """Take a cancellation back, for some minutes, while its time is still free. Idempotent.

        Raises Refusal: appointment-not-found, not-allowed-in-state, slot-taken.
        """
        ...

    @version(2, before=previous_release.reschedule)
    def reschedule(
        self, municipality: str, identifier: str, command: RescheduleAppointment, caller: ResidentOrStaff
    ) -> AppointmentView:
        """Move an appointment: claim the new time and free the old one, both or neither. Idempotent.

        Raises Refusal: appointment-not-found, slot-taken, not-allowed-in-state, changed-meanwhile, invalid-request.
        """
        ...

    @version(2, before=previous_release_residents.check_in)
    def check_in(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        """Record that the resident has arrived.

        Raises Refusal: appointment-not-found, too-early, not-allowed-in-state.
        """
        ...

    @version(2, before=previous_release.answer_questions)
    def answer_questions(
        self, municipality: str, identifier: str, command: AnswerQuestions, caller: ResidentOrStaff
    ) -> AppointmentView:
        """Store new or changed answers; staff store those that a resident gives by telephone."""
        ...

    def correct_contact(
        self, municipality: str, identifier: str, command: CorrectContact, caller: ResidentOrStaff
    ) -> AppointmentView:
        """Correct the name, the telephone number and the language of the resident; staff also the e-mail address.

        Of a resident, a number that was confirmed by SMS, or that identifies the resident, stays. Raises Refusal:
        appointment-not-found, not-allowed-in-state, invalid-request.
        """
        ...

    def invite_companion(
        self, municipality: str, identifier: str, command: InviteCompanion, caller: ResidentCaller
    ) -> AppointmentView:
        """Invite someone who comes along: they get the calendar entry, its changes and its cancellation.

        Raises Refusal: appointment-not-found, not-allowed-in-state, appointment-begun, invalid-request when someone is
        invited already or too many were.
        """
        ...

    def withdraw_companion(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        """Withdraw the invitation of the person who comes along. Nothing happens when there is none.

        Raises Refusal: appointment-not-found, not-allowed-in-state, appointment-begun.
        """
        ...

    @version(2, before=previous_release_residents.add_file)
    def add_file(
        self, municipality: str, identifier: str, question: str | None, name: str, content: str, caller: ResidentCaller
    ) -> FileEntry:
        """Store a file with an appointment. `content` is base64 (RFC 4648). Raises Refusal: file-not-accepted."""
        ...

    @version(2, before=previous_release.read_file)
    def read_file(self, municipality: str, identifier: str, file: str, caller: ResidentOrStaff) -> FileContent:
        """Return a file with its content, under a name made of the reference and its type. Reading by staff is audited.

        Raises Refusal: file-not-found, file-not-scanned.
        """
        ...

    @version(2, before=previous_release_residents.drop_file)
    def drop_file(self, municipality: str, identifier: str, file: str, caller: ResidentCaller) -> AppointmentView:
        """Delete a file of an appointment. Raises Refusal: file-not-found."""
        ...

    @version(2, before=previous_release_residents.join_waiting_list)
    def join_waiting_list(self, municipality: str, command: JoinWaitingList, caller: ResidentCaller) -> WaitingEntry:
        """Put an appointment on the waiting list for an earlier time. Raises Refusal: already-on-waiting-list."""
        ...

    def change_offer_preferences(
        self, municipality: str, identifier: str, command: OfferPreferences, caller: ResidentCaller
    ) -> WaitingEntry:
        """Change which times may be offered, with the same place on the waiting list.

        Raises Refusal: not-on-waiting-list, changed-meanwhile.
        """
        ...

    @version(2, before=previous_release_residents.leave_waiting_list)
    def leave_waiting_list(self, municipality: str, identifier: str, caller: ResidentCaller) -> None:
        """Take an appointment off the waiting list. Raises Refusal: not-on-waiting-list."""
        ...

    @version(2, before=previous_release_residents.accept_offer)
    def accept_offer(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        """Move an appointment to the earlier time that is offered. Raises Refusal: no-offer, slot-taken."""
        ...

    @version(2, before=previous_release_residents.decline_offer)
    def decline_offer(self, municipality: str, identifier: str, caller: ResidentCaller) -> WaitingEntry:
        """Decline the earlier time that is offered, and stay on the waiting list. Raises Refusal: no-offer."""
        ...

    @version(2, before=previous_release_residents.give_feedback)
    def give_feedback(self, municipality: str, identifier: str, command: GiveFeedback, caller: ResidentCaller) -> None:
        """Store a score and a comment about a completed visit. Raises Refusal: feedback-given, not-allowed-in-state."""
        ...

    def issue_ticket(self, municipality: str, body: IssueTicket, idempotency_key: str | None = None) -> PersonEntry:
        """Issue a ticket to a walk-in, who stays anonymous. Raises Refusal: unknown names, invalid-request."""
        ...

    def queue(self, municipality: str, location: str) -> Queue:
        """Return the queue of a location: numbers and references, without personal data, for the waiting room."""
        ...

    def walk_in_topics(self, municipality: str, location: str) -> WalkInTopics:
        """Return for which topics visitors without an appointment get a number now, by hours, closures and leave.

        Raises Refusal: unknown-location.
        """
        ...

    def feed(self, municipality: str, token: str) -> str:
        """Return the agenda of a resource as iCalendar (RFC 5545), without personal data.

        `token`: of the secret address to which a calendar program subscribes. The program can send nothing else. Raises
        Refusal: not-found.
        """
        ...

    def contact_cards(self, wanted: Sequence[Sequence[str]]) -> list[CardOrRefusal]:
        """Return the contact cards of appointments, as [municipality, id], to notification when it sends."""
        ...

    def team_contact(self, municipality: str, team: str) -> TeamContact | None:
        """Return the names and the address of a team, to notification. None for an unknown team."""
        ...

    def contact_mark(self, municipality: str, token: str) -> str:
        """Return the pseudonym of the person who has the link with this token, to notification.

        `token`: of the link, a dot, and the proof in the unsubscribe link of a mail. The token of the link is enough
        only if the resident confirmed the address, or if staff or a portal booked. Raises Refusal:
        appointment-not-found.
        """
        ...

    # for portals

    @version(2, before=previous_release_residents.portal_appointment)
    def portal_appointment(self, municipality: str, identifier: str, caller: PortalCaller) -> PortalAppointment:
        """Return an appointment that this portal booked. Raises Refusal: appointment-not-found."""
        ...

    # at the desk

    @version(2, before=previous_release_desk.agenda)
    def agenda(
        self, municipality: str, date: str, caller: StaffCaller, team: str | None = None, resource: str | None = None
    ) -> AgendaDay:
        """Return the open hours and taken time of resources, with the names of residents. It is audited."""
        ...

    @version(2, before=previous_release_desk.resources)
    def resources(self, municipality: str, caller: StaffCaller) -> list[ResourceEntry]:
        """Return the resources of the caller's teams, and those without a team."""
        ...

    @version(2, before=previous_release_desk.find_visits)
    def find_visits(self, municipality: str, text: str, caller: StaffCaller) -> list[FoundVisit]:
        """Search appointments by reference, or by the beginnings of words of a name. It is audited."""
        ...

    def unclosed_visits(self, municipality: str, resources: Sequence[str], caller: StaffCaller) -> list[FoundVisit]:
        """Return the visits of these resources in the last two weeks that are over and not closed. It is audited.

        Only those of the caller's teams, the earliest first.
        """
        ...

    @version(2, before=previous_release_desk.dossier)
    def dossier(self, municipality: str, identifier: str, caller: StaffCaller) -> Dossier:
        """Return an appointment with all that staff need to prepare it. It is audited.

        `identifier`: the id of the appointment, or its reference. Raises Refusal: appointment-not-found.
        """
        ...

    @version(2, before=previous_release_desk.book_follow_up)
    def book_follow_up(
        self,
        municipality: str,
        identifier: str,
        command: BookFollowUp,
        caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> BookedAppointment:
        """Book the next visit of the same resident. Raises Refusal: as `book_for_resident`."""
        ...

    @version(2, before=previous_release_desk.step)
    def step(
        self,
        municipality: str,
        identifier: str,
        step: str,
        command: TakeStep,
        caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> AppointmentView:
        """Take a step of a visit.

        `step`: check_in, start, recall, park, resume, complete, no_show, undo_check_in or undo_no_show. Raises Refusal:
        appointment-not-found, not-allowed-in-state, too-early.
        """
        ...

    @version(2, before=previous_release_desk.ask)
    def ask(
        self,
        municipality: str,
        identifier: str,
        command: AskResident,
        caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> AppointmentView:
        """Ask the resident for something before the visit."""
        ...

    def replace_link(self, municipality: str, identifier: str, caller: StaffCaller) -> str:
        """Replace the link of an appointment: the earlier one opens nothing, and later messages have the new one.

        Returns the id of the appointment. Raises Refusal: appointment-not-found.
        """
        ...

    def add_note(
        self,
        municipality: str,
        identifier: str,
        command: AddNote,
        caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> None:
        """Add an internal note about a visit, which is exported and erased with the data of the resident.

        Raises Refusal: appointment-not-found.
        """
        ...

    @version(2, before=previous_release_desk.note_address_lifted)
    def note_address_lifted(self, municipality: str, identifier: str, channel: str, caller: StaffCaller) -> str:
        """Record, before it is done, that staff unblock an address. Return the id of the appointment.

        Raises Refusal: appointment-not-found, address-not-barred when there is no such channel.
        """
        ...

    # the queue

    @version(2, before=previous_release_desk.call_next)
    def call_next(
        self, municipality: str, command: CallNext, caller: StaffCaller, idempotency_key: str | None = None
    ) -> PersonEntry:
        """Call the next person to a counter. Raises Refusal: forbidden, nobody-waiting."""
        ...

    @version(2, before=previous_release_desk.ticket_step)
    def ticket_step(
        self,
        municipality: str,
        identifier: str,
        step: str,
        command: TakeStep,
        caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> PersonEntry:
        """Take a step of a ticket: call, recall, park, resume, transfer, complete or leave.

        Raises Refusal: ticket-not-found, not-allowed-in-state.
        """
        ...

    @version(2, before=previous_release_desk.transfer)
    def transfer(
        self,
        municipality: str,
        identifier: str,
        command: TakeStep,
        caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> PersonEntry:
        """Transfer a resident who is being served, with a ticket of the other team."""
        ...

    # the calendar, for staff

    @version(2, before=previous_release_calendar.close_time)
    def close_time(
        self, municipality: str, command: CloseTime, caller: StaffCaller, idempotency_key: str | None = None
    ) -> NewClosure:
        """Add a closure, and return all appointments in conflict with the calendar.

        Raises Refusal: forbidden, unknown-resource, unknown-location, invalid-request.
        """
        ...

    @version(2, before=previous_release_calendar.open_time)
    def open_time(
        self, municipality: str, closure: str, caller: StaffCaller, idempotency_key: str | None = None
    ) -> ClosureEntry:
        """Delete a closure of staff. Raises Refusal: forbidden, closure-not-found."""
        ...

    @version(2, before=previous_release_calendar.closures)
    def closures(self, municipality: str, caller: StaffCaller) -> list[ClosureEntry]:
        """Return the coming closures of the caller's teams, and those that are for all."""
        ...

    @version(2, before=previous_release_calendar.import_busy)
    def import_busy(self, municipality: str, resource: str, source: str, text: str, caller: StaffCaller) -> BusyTimes:
        """Replace the busy times of a resource that came from one source.

        `text`: an iCalendar file, as Outlook or Google exports it. Raises Refusal: forbidden, unknown-resource,
        invalid-request.
        """
        ...

    @version(2, before=previous_release_calendar.feed_token)
    def feed_token(self, municipality: str, resource: str, caller: StaffCaller) -> str:
        """Return the token in the secret address of the agenda of a resource.

        Raises Refusal: forbidden, unknown-resource.
        """
        ...

    def replace_feed(self, municipality: str, resource: str, caller: StaffCaller) -> str:
        """Replace the secret address of the agenda of a resource: the earlier one opens nothing.

        Returns the token in the new one. Raises Refusal: forbidden, unknown-resource.
        """
        ...

    @version(2, before=previous_release_calendar.clashes)
    def clashes(self, municipality: str, caller: StaffCaller) -> list[ConflictEntry]:
        """Return the appointments of the caller's teams that are in conflict with the calendar."""
        ...

    @version(2, before=previous_release_calendar.proposals)
    def proposals(self, municipality: str, appointment_ids: list[str], caller: StaffCaller) -> list[ProposalEntry]:
        """Propose a near slot for each of these appointments in conflict with the calendar."""
        ...

    @version(2, before=previous_release_calendar.move_these)
    def move_these(self, municipality: str, command: MoveThese, caller: StaffCaller) -> list[MoveResult]:
        """Move several appointments, each independently of the others. Raises Refusal: appointment-not-found."""
        ...

    @version(2, before=previous_release_calendar.invite)
    def invite(self, municipality: str, command: Invite, caller: StaffCaller) -> NewInvitation:
        """Create a link with which a resident can book an appointment type once.

        Raises Refusal: forbidden, unknown names.
        """
        ...

    @version(2, before=previous_release_calendar.revoke_invitation)
    def revoke_invitation(self, municipality: str, identifier: str, caller: StaffCaller) -> None:
        """Revoke an invitation. Raises Refusal: invitation-not-valid, also for one of another team."""
        ...

    @version(2, before=previous_release_calendar.invitations)
    def invitations(self, municipality: str, caller: StaffCaller) -> list[InvitationEntry]:
        """Return the invitations to the types of the caller's teams, the latest first."""
        ...

    # for kiosks

    def arrivals(self, municipality: str, location: str, text: str) -> list[Arrival]:
        """Return the appointments of today at a location that match a reference or a name."""
        ...

    def why_not_expected(self, municipality: str, location: str, text: str) -> NotExpected | None:
        """Return why `arrivals` does not list the appointment with this reference. None for no such reference."""
        ...

    @version(2, before=previous_release_desk.arrive)
    def arrive(
        self, municipality: str, location: str, appointment: str, text: str, caller: KioskCaller
    ) -> ArrivedPerson:
        """Check in the appointment that matches the typed text. Idempotent.

        Raises Refusal: appointment-not-found.
        """
        ...

    # for administrators

    @version(2, before=previous_release_administration.configure)
    def configure(
        self,
        text: str,
        caller: StaffCaller,
        only: str | None = None,
        if_absent: bool = False,
        confirmed: bool = False,
        idempotency_key: str | None = None,
        follows: int | None = None,
    ) -> LoadedConfiguration:
        """Load a municipality's configuration, and return the appointments in conflict with it.

        `only`: the one municipality that the caller may configure. `if_absent`: only when the municipality has none.
        `confirmed`: also when it removes entries to which coming appointments refer. `follows`: only when this version
        is in force; 0 when the municipality has none. Raises Refusal: invalid-configuration, removal-not-confirmed,
        settings-changed.
        """
        ...

    def compare_configuration(self, text: str, only: str | None = None) -> ComparedConfiguration:
        """Return what `configure` would change. Raises Refusal: invalid-configuration."""
        ...

    def configuration(self, municipality: str, version: int | None = None) -> ConfigurationText:
        """Return the text of a configuration. `version`: the one in force when it is left out."""
        ...

    @version(2, before=previous_release_administration.part)
    def part(self, municipality: str, section: str, name: str, caller: StaffCaller) -> PartValues:
        """Return what a form can change of a part. An empty name is a part that does not exist yet."""
        ...

    @version(2, before=previous_release_administration.propose_part)
    def propose_part(self, municipality: str, command: AmendPart, caller: StaffCaller) -> ProposedPart:
        """Return what `amend_part` would change, and which appointments would be in conflict."""
        ...

    @version(2, before=previous_release_administration.amend_part)
    def amend_part(
        self, municipality: str, command: AmendPart, caller: StaffCaller, idempotency_key: str | None = None
    ) -> StoredConfiguration:
        """Change, add or remove one part of the configuration.

        Raises Refusal: forbidden, settings-changed, invalid-request.
        """
        ...

    @version(2, before=previous_release_administration.export_resident)
    def export_resident(self, municipality: str, person: str, caller: StaffCaller) -> ResidentExport:
        """Return all stored data about a person. It is audited.

        `person`: an e-mail address, a telephone number, or the reference of an appointment.
        """
        ...

    @version(2, before=previous_release_administration.erase_resident)
    def erase_resident(self, municipality: str, person: str, caller: StaffCaller) -> int:
        """Erase a person's data, and cancel their coming appointments. Return the number of appointments."""
        ...

    def erasures(self, since: str) -> list[ErasureEntry]:
        """Return the erasures of all municipalities since a time (RFC 3339), the earliest first.

        A restored backup is older than some of them: `repeat_erasure`. Raises Refusal: invalid-request.
        """
        ...

    def repeat_erasure(self, appointments: Sequence[str], caller: StaffCaller) -> int:
        """Erase the data of these appointments, which a restored backup brought back. Return the number of cards."""
        ...

    def audit(
        self, municipality: str, appointment: str | None = None, most: int = 200, cursor: str | None = None
    ) -> AuditPage:
        """Return a page of the audit log, the latest first."""
        ...
