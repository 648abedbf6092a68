"""The kinds of message: the events that trigger each, its recipient, and the conditions for sending it.

Time and channel are configurable (`domain.timing`); `usual` applies to a municipality that configures nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.languages import LANGUAGES

from .event import AppointmentEvent
from .timing import Before, Timing

MUNICIPALITY = frozenset({"staff", "system"})
EMAIL, SMS = "email", "sms"
CHANNELS = (EMAIL, SMS)


@dataclass(frozen=True)
class Kind:
    """One kind of message.

    `asked_by`: "resident" or "municipality" when it matters who cancelled or moved. `state`: the required state of the
    appointment at sending. `condition`: what must still hold: confirmation (the booking is not confirmed yet), moment
    (the appointment has not moved), offer, request, documents (there still is one) or visit (no condition).
    `necessary`: residents cannot opt out of it by e-mail. `calendar`: a calendar entry is attached. `companion`:
    invited or withdrawn, as the event that triggers it says; empty for any event.
    """

    name: str
    events: frozenset[str]
    state: str
    condition: str
    usual: Timing | None
    to: str = "resident"
    asked_by: str | None = None
    necessary: bool = True
    calendar: bool = False
    companion: str = ""

    @property
    def is_code(self) -> bool:
        """Whether it has the code of a provisional booking: it is sent at once, over the channel that is confirmed."""
        return self.condition == "confirmation"

    def is_asked_for(self, event: AppointmentEvent, resident_reasons: frozenset[str]) -> bool:
        """`resident_reasons`: codes with which staff act because the resident asked them to."""
        if event.name not in self.events or (self.companion and event.companion != self.companion):
            return False
        if event.silent and self.asked_by is not None:
            return False
        by_municipality = event.asked_by in MUNICIPALITY and event.reason not in resident_reasons
        return self.asked_by in (None, "municipality" if by_municipality else "resident")


BOOKED, MOVED = frozenset({"appointment.booked"}), frozenset({"appointment.rescheduled"})
CANCELLED = frozenset({"appointment.cancelled"})
COMPANION = frozenset({"appointment.companion_changed"})
_MAIL = Timing((EMAIL,))
_AFTER_A_MINUTE = Timing((EMAIL,), after=dt.timedelta(minutes=1))

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("code", frozenset({"appointment.provisional"}), "provisional", "confirmation", _MAIL),
        Kind("confirmation", BOOKED, "booked", "moment", _MAIL, calendar=True),
        Kind(
            "reschedule", MOVED, "booked", "moment", _MAIL, calendar=True, asked_by="resident"
        ),
        Kind(
            "moved_by_us", MOVED, "booked", "moment", Timing((EMAIL, SMS)), calendar=True,
            asked_by="municipality",
        ),
        Kind(
            "cancellation", CANCELLED, "cancelled", "moment", _AFTER_A_MINUTE, calendar=True,
            asked_by="resident",
        ),
        Kind(
            "cancelled_by_us", CANCELLED, "cancelled", "moment",
            Timing((EMAIL, SMS), after=dt.timedelta(minutes=1)), calendar=True, asked_by="municipality",
        ),
        Kind(
            "reminder", BOOKED | MOVED, "booked", "moment",
            Timing((EMAIL,), before=Before(days=3)), necessary=False,
        ),
        Kind(
            "reminder_soon", BOOKED | MOVED, "booked", "moment",
            Timing((SMS,), before=Before(dt.timedelta(hours=2))), necessary=False,
        ),
        Kind("bring", BOOKED | MOVED, "booked", "moment", None, necessary=False),
        Kind("request", frozenset({"appointment.preparation_requested"}), "booked", "request", _MAIL),
        Kind("documents", frozenset({"appointment.documents_due"}), "booked", "documents", _MAIL),
        Kind("offer", frozenset({"waiting_list.offered"}), "booked", "offer", Timing((EMAIL, SMS))),
        Kind(
            "thanks", frozenset({"appointment.completed"}), "completed", "visit",
            Timing((EMAIL,), after=dt.timedelta(hours=2)), necessary=False,
        ),
        Kind(
            "companion", BOOKED | COMPANION, "booked", "moment", _MAIL, to="companion", calendar=True,
            companion="invited",
        ),
        Kind(
            "companion_moved", MOVED, "booked", "moment", _MAIL, to="companion", calendar=True, companion="invited"
        ),
        Kind(
            "companion_cancelled", CANCELLED, "cancelled", "moment", _AFTER_A_MINUTE, to="companion", calendar=True,
            companion="invited",
        ),
        Kind(
            "companion_withdrawn", COMPANION, "booked", "visit", _MAIL, to="companion", calendar=True,
            companion="withdrawn",
        ),
        Kind(
            "alert_booked", BOOKED, "booked", "moment", Timing((EMAIL,), within_days=1), to="team"
        ),
        Kind(
            "alert_cancelled", CANCELLED, "cancelled", "moment", Timing((EMAIL,), within_days=0),
            to="team",
        ),
    )
}  # fmt: skip

#: the events that trigger a message
PLANNING_EVENTS = frozenset(name for kind in KINDS.values() for name in kind.events)
#: these make earlier messages about the time of the appointment obsolete
SUPERSEDING = MOVED | CANCELLED


def require_kind(kind: str, language: str) -> None:
    """Raises Refusal: unknown-message-kind, when no message of this kind exists in this language."""
    if kind not in KINDS or language not in LANGUAGES:
        kinds, languages = ", ".join(sorted(KINDS)), ", ".join(LANGUAGES)
        raise Refusal("unknown-message-kind", {"kinds": kinds, "languages": languages})
