"""Cancel, move, and the steps of a visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from loket_contracts.errors import Refusal

from ..context import Announce, Stores
from ..domain import appointment as life
from ..domain import booked, intake_form
from ..domain.appointment import Appointment
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Placement
from ..domain.visit import Visit, at_any_notice
from ..store.agendas import Agendas
from ..store.cards import Card
from ..store.claiming import Taken
from .allocation import place
from .request import ATTEMPTS, Request


def cancel(
    stores: Stores, announce: Announce, card: Card, reason: str, request: Request, sequence: int | None = None
) -> Appointment:
    """Give the time back. Cancelling what is cancelled already is no error and tells nobody again.

    Raises Refusal: as `life.check`, changed-meanwhile, invalid-request for the reason.
    """
    municipality = stores.configurations.calendar(card.municipality).municipality
    _check_reason(municipality.reasons, "cancel", reason, request)
    for _ in range(ATTEMPTS):
        appointment, placements = claimed(stores, card)
        if appointment.state == "cancelled":
            return appointment
        _check_sequence(appointment, sequence)
        now = stores.now()
        cancelled, event = life.cancel(municipality, appointment, now=now, by=request.actor, reason=reason)
        event = request.traced(event)
        wait = municipality.release_minutes if request.by in ("resident", "portal") else 0
        release = now + dt.timedelta(minutes=wait) if wait else None
        if stores.agendas.cancel(placements, cancelled, event, release):
            announce(Agendas.NAME, card.agenda, [event])
            return cancelled
    raise Refusal("changed-meanwhile")


def reschedule(
    stores: Stores, announce: Announce, card: Card, wish: Mapping[str, Any], request: Request,
    hold: str | None = None,
) -> Appointment:  # fmt: skip
    """Move to another moment: the new time is taken and the old one given back, both or neither.

    `hold`: an offer of the new time, which counts at any notice. Moving to where it is already is no error and tells
    nobody. Raises Refusal: as `life.check`, changed-meanwhile, slot-*, invalid-request for the reason,
    appointment-type-removed, location-removed, unknown-location.
    """
    now = stores.now()
    calendar = stores.configurations.calendar(card.municipality)
    if hold is None:
        _check_reason(calendar.municipality.reasons, "reschedule", wish["reason"], request)
    for attempt in range(ATTEMPTS):
        appointment, old = claimed(stores, card)
        if _is_there_already(calendar, appointment, wish):
            return appointment
        _check_sequence(appointment, wish["sequence"])
        life.check(calendar.municipality, appointment, "reschedule", request.by, now)
        visit = booked.visit_to_move(calendar.municipality, appointment, wish.get("location"))
        if visit.location.id != appointment.location and (unreachable := intake_form.wrong_with(visit, card.contact)):
            raise Refusal("invalid-request", errors=unreachable)
        if request.is_staff or hold is not None:
            visit = at_any_notice(visit)
        new = place(stores, calendar, visit, wish["resource"], wish["start"], now, hold, old, attempt > 0)
        moved, event = life.reschedule(
            calendar.municipality, appointment, visit, new, wish["start"], now=now, by=request.actor,
            reason=wish["reason"],
        )  # fmt: skip
        event = request.traced(event)
        agenda = new[0].agenda
        try:
            done = stores.agendas.move(old, new, moved, event, now, partial(stores.cards.move, card, agenda), hold)
        except Taken:
            continue
        if done:
            announce(Agendas.NAME, str(agenda), [event])
            _documents_by_the_new_moment(stores, calendar, visit, card, moved)
            return moved
        card = stores.cards.get(card.id) or card
    raise Refusal("changed-meanwhile")


def step(
    stores: Stores, announce: Announce, card: Card, command: str, request: Request, reason: str | None = None,
    changes: Mapping[str, Any] = MappingProxyType({}),
) -> Appointment:  # fmt: skip
    """A step that leaves the time as it is (`life.STEPS`). `changes` may set the desk or the outcome.

    Raises Refusal: as `life.check`, invalid-request for an unknown command or reason.
    """
    if command not in life.STEPS:
        raise Refusal("invalid-request", errors=[{"pointer": "/command", "detail": "There is no such step."}])
    known = stores.configurations.calendar(card.municipality).municipality
    if command == "no_show":
        _check_reason(known.reasons, command, reason, request)
    for _ in range(ATTEMPTS):
        appointment, placements = claimed(stores, card)
        changed, event = life.step(
            known, appointment, command, now=stores.now(), by=request.actor, reason=reason, changes=changes
        )
        event = request.traced(event)
        if stores.agendas.note(placements, changed, event):
            announce(Agendas.NAME, card.agenda, [event])
            return changed
    raise Refusal("changed-meanwhile")


def _is_there_already(calendar: Calendar, appointment: Appointment, wish: Mapping[str, Any]) -> bool:
    """Whether nothing would change. It always does if the person who has the visit was removed."""
    return (
        appointment.start == wish["start"]
        and wish["resource"] in (None, *appointment.resources)
        and wish.get("location") in (None, appointment.location)
        and calendar.municipality.resources.keys() >= set(appointment.resources)
    )


def _documents_by_the_new_moment(
    stores: Stores, calendar: Calendar, visit: Visit, card: Card, moved: Appointment
) -> None:
    there = [file["question"] for file in card.files]
    due = intake_form.duties(calendar, visit, moved.start, moved.booked_at, card.answers, there)
    duty_at = intake_form.next_moment(due, stores.now())
    if duty_at != card.duty_at:
        stores.cards.change(card, duty_at=duty_at)


def claimed(stores: Stores, card: Card) -> tuple[Appointment, list[Placement]]:
    """The appointment that the card is for, and its time. Raises Refusal: appointment-not-found."""
    found = stores.agendas.find_claim(card.agenda, card.id)
    if found is None:
        raise Refusal("appointment-not-found")
    return found


def _check_reason(reasons: Mapping[str, frozenset[str]], command: str, reason: str | None, request: Request) -> None:
    """People give a reason from the municipality's list; the system has its own."""
    if reason is None or request.by == "system" or reason in reasons[command]:
        return
    choices = ", ".join(sorted(reasons[command]))
    raise Refusal("invalid-request", errors=[{"pointer": "/reason", "detail": f"Must be one of: {choices}."}])


def _check_sequence(appointment: Appointment, seen: int | None) -> None:
    if seen is not None and seen != appointment.sequence:
        raise Refusal("changed-meanwhile")
