"""A view of the agendas by day: every claim, with its appointment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.runtime.cooperative import cooperatively
from loket_chassis.storage.connection import Document

from ..domain.appointment import TRANSITIONS, Appointment
from ..domain.resource_day import AgendaKey, Placement
from .agendas import Agendas
from .codecs import HOLD, LISTED_CLAIM

PROVISIONAL_STATE = TRANSITIONS["request"].target


@dataclass(frozen=True)
class Claim:
    """Claimed time in an agenda. `appointment`: only in the first claim of an appointment."""

    appointment_id: str
    placement: Placement
    appointment: Appointment | None


class DayView:
    """Read-only."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[Agendas.NAME]

    def claims(
        self, municipality: str, first: dt.date, last: dt.date | None = None,
        resources: Iterable[str] | None = None, states: Iterable[str] = (),
    ) -> list[Claim]:  # fmt: skip
        """All claims from `first` to `last` (inclusive; None is without end), by time.

        `states`: only of agendas with the first claim of an appointment in one of these states.
        """
        dates: Document = {"$gte": first.isoformat()}
        if last is not None:
            dates["$lte"] = last.isoformat()
        query: Document = {"municipality": municipality, "date": dates, "claims.0": {"$exists": True}}
        if resources is not None:
            query["resource"] = {"$in": list(resources)}
        if wanted := list(states):
            query["claims.appointment.state"] = {"$in": wanted}
        found = [
            _claim(AgendaKey.parse(document["_id"]), entry)
            for document in cooperatively(self.collection.find(query, {"claims": 1}).sort("date", 1))
            for entry in document["claims"]
        ]
        return sorted(found, key=lambda claim: (claim.placement.agenda.date, claim.placement.start))

    def provisional(self, municipality: str, date: dt.date, now: dt.datetime) -> list[Placement]:
        """The time that is held for bookings until they are confirmed."""
        query: Document = {
            "municipality": municipality, "date": date.isoformat(),
            "holds": {"$elemMatch": {"x": {"$gt": now}, "appointment.state": PROVISIONAL_STATE}},
        }  # fmt: skip
        return [
            placement
            for document in self.collection.find(query, {"holds": 1})
            for held in map(HOLD.decode, document["holds"])
            if held.expires > now and held.appointment is not None and held.appointment.state == PROVISIONAL_STATE
            for placement in held.placements
        ]

    def appointments(
        self, municipality: str, first: dt.date, last: dt.date | None = None, states: Iterable[str] = ()
    ) -> list[Appointment]:
        """The appointments of these days, by start. `states`: only those in one of these states."""
        wanted = set(states)
        claims = self.claims(municipality, first, last, states=wanted)
        found = [claim.appointment for claim in claims if claim.appointment]
        return sorted(
            (each for each in found if not wanted or each.state in wanted), key=lambda each: (each.start, each.id)
        )


def _claim(agenda: AgendaKey, entry: Document) -> Claim:
    stored = LISTED_CLAIM.decode(entry)
    return Claim(stored.id, Placement(agenda, stored.start, stored.end, stored.purpose), stored.whole_appointment)
