"""Closing time, opening it again, and what to do about the appointments that it lies on."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from loket_contracts.errors import Refusal

from ..context import Announce, Stores
from ..domain.catalogue import Closure, Municipality
from ..domain.grid import local_date
from ..feeds.sandbox import busy_times_apart
from ..store.closures import LaidClosure
from .lifecycle import reschedule
from .request import Request


def close(stores: Stores, municipality: str, wish: Mapping[str, Any], request: Request) -> LaidClosure:
    """Take time out of the calendar. Appointments in it stay until people decide: `queries.clashes` lists them.

    Raises Refusal: unknown-resource, unknown-location.
    """
    known = stores.configurations.calendar(municipality).municipality
    if wish["resource"] is not None and wish["resource"] not in known.resources:
        raise Refusal("unknown-resource", {"resource": wish["resource"]})
    if wish["location"] is not None and wish["location"] not in known.locations:
        raise Refusal("unknown-location", {"location": wish["location"]})
    laid = LaidClosure(
        id=uuid.uuid4().hex,
        municipality=municipality,
        closure=Closure(
            first=wish["first"],
            last=wish["last"] or wish["first"],
            reason={known.languages[0]: wish["reason"]},
            start=wish["start"],
            end=wish["end"],
        ),
        resource=wish["resource"],
        location=wish["location"],
        source="staff",
        made_by=request.who,
        made_at=stores.now(),
    )
    stores.configurations.closures.add(laid)
    stores.configurations.look_again()
    return laid


def reopen(stores: Stores, municipality: str, identifier: str) -> LaidClosure:
    """Take a closure away again. Raises Refusal: closure-not-found."""
    removed = stores.configurations.closures.remove(municipality, identifier)
    if removed is None:
        raise Refusal("closure-not-found", {"closure": identifier})
    stores.configurations.look_again()
    return removed


def import_busy(stores: Stores, municipality: str, resource: str, source: str, text: str) -> tuple[int, int]:
    """Let the times in an iCalendar file be those at which a specialist is busy elsewhere.

    What the same `source` said before no longer counts. Returns how many there are, and how many there were from today
    on. Raises Refusal: unknown-resource, invalid-request.
    """
    known = stores.configurations.calendar(municipality).municipality
    if resource not in known.resources:
        raise Refusal("unknown-resource", {"resource": resource})
    now, closures = stores.now(), stores.configurations.closures
    found = [each for zone in sorted(_zones(known, resource)) for each in busy_times_apart(text, now, zone)]
    busy = list({(each.first, each.last, each.start, each.end): each for each in found}.values())
    today = local_date(now, known.time_zone)
    before = closures.replace(municipality, resource, f"feed:{source}", busy, now, since=today)
    stores.configurations.look_again()
    return len(busy), before


def _zones(known: Municipality, resource: str) -> set[str]:
    """The time zones in which the resource works. A closure counts in the local time of each location."""
    return {known.locations[place].time_zone for place in known.resources[resource].locations}


def move_these(
    stores: Stores, announce: Announce, municipality: str, moves: Sequence[Mapping[str, Any]], request: Request
) -> list[dict[str, str]]:
    """Move many, each by itself: one that cannot be moved keeps its place and says why.

    `moves`: {"appointment", "start" (UTC), "resource", "reason"}. Returns {"appointment", "result"}: moved, or a code.
    """
    results = []
    for move in moves:
        card = stores.cards.get(move["appointment"])
        result = "appointment-not-found"
        if card is not None and card.municipality == municipality:
            try:
                reschedule(stores, announce, card, {**move, "sequence": None}, request)
                result = "moved"
            except Refusal as refusal:
                result = refusal.code
        results.append({"appointment": move["appointment"], "result": result})
    return results
