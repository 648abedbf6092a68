"""Answers about free slots, holds and new appointments. Starts and ends have the offset of the location."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from .answers import AppointmentView, FileEntry, RefusedForm


class SlotEntry(TypedDict):
    """A free slot. `capacity`: how many such appointments could start at it."""

    start: str
    end: str
    capacity: int


#: what was searched; `from` and `to` are both included
SearchEntry = TypedDict(
    "SearchEntry",
    {
        "appointment_types": list[str],
        "location": str,
        "persons": int,
        "time_zone": str,
        "from": str,
        "to": str,
    },
)


class FreeSlots(SearchEntry):
    """The free slots of a period."""

    slots: list[SlotEntry]


class DayCount(TypedDict):
    """How many starts are free on a day."""

    date: str
    starts: int


class DayCounts(SearchEntry):
    """The free starts of each day of a period."""

    days: list[DayCount]


class FirstSlot(TypedDict):
    """The first free slot at a location, if there is one."""

    location: str
    slot: SlotEntry | None


class FirstSlots(TypedDict):
    """The first free slot at each location."""

    locations: list[FirstSlot]


class ResourceReason(TypedDict):
    """The free time of one resource on a day, and why no appointment can start; `reason` is None when one can."""

    resource: str
    reason: str | None
    open_minutes: int
    taken_minutes: int
    starts: int


class ExplainedDayEntry(DayCount):
    """A day with every resource that was considered."""

    resources: list[ResourceReason]


class ExcludedResource(TypedDict):
    """A resource that is not considered on any day, and why."""

    resource: str
    reason: str


class Explanation(SearchEntry):
    """Why no slot is free. `earliest`: the first start that the lead time allows. `days`, `never`: only for staff."""

    reason: str | None
    nearest: SlotEntry | None
    earliest: str
    days: NotRequired[list[ExplainedDayEntry]]
    never: NotRequired[list[ExcludedResource]]


class HeldTime(TypedDict):
    """Time that is held until `expires_at`."""

    expires_at: str
    start: str
    end: str
    appointment_types: list[str]
    location: str
    persons: int
    specialist_language: NotRequired[str | None]


class HoldEntry(HeldTime):
    """A slot that is held."""

    id: str


class FormEntry(HoldEntry):
    """A hold with the form so far. `contact` is empty until the resident gives it. `refused`: forms by page."""

    answers: dict[str, str]
    contact: dict[str, str | None]
    files: list[FileEntry]
    refused: NotRequired[dict[str, RefusedForm]]


class InvitationOffer(TypedDict):
    """What can be booked with an invitation."""

    appointment_type: str
    resource: str | None
    location: str | None
    expires_at: str


class BookedAppointment(AppointmentView):
    """A new appointment, with the token of its link."""

    link_token: str


class ProvisionalBooking(HeldTime):
    """A booking whose address or number is not confirmed yet. `state`: booked once it is.

    `hold`: the id of its hold. `sent_to`: the destination of the code, of which most letters are hidden. `sends_left`:
    how often the code can be sent again. `attempts_left`: wrong codes that are still allowed.
    """

    id: str
    state: str
    hold: str
    confirm_by: str
    sent_to: str
    sends_left: int
    attempts_left: int


class RequestedBooking(TypedDict):
    """The appointment, or the booking that has yet to be confirmed. Exactly one of them is None."""

    booked: BookedAppointment | None
    provisional: ProvisionalBooking | None


class ConfirmedBooking(BookedAppointment):
    """`proof`: shows for a year, in a later booking, that this resident has this address or number."""

    proof: str


class PortalAppointment(AppointmentView):
    """An appointment as the portal that booked it sees it. `notes`: of the resident to the specialist."""

    contact: dict[str, str | None]
    notes: str
    created_at: str


class FileContent(FileEntry):
    """A file with its content in base64 (RFC 4648)."""

    content: str
