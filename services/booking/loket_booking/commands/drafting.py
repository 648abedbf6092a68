"""Fill in a form page by page: each part is checked when it is given, and kept beside the hold until it is booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loket_contracts.errors import Refusal

from ..bootstrap import Stores
from ..domain import intake
from ..domain.visit import plan
from ..store.drafts import Draft
from ..store.holds import REMEMBERED, HeldSlot


def fill_in(stores: Stores, held: HeldSlot, given: Mapping[str, Any]) -> Draft:
    """Keep what was given. Raises Refusal: invalid-request, as booking it would."""
    known = stores.configurations.calendar(held.appointment.municipality).municipality
    visit = plan(
        known, held.appointment.appointment_types, held.appointment.persons, held.appointment.location
    )  # fmt: skip
    draft = of(stores, held)
    if given["answers"] is not None:
        draft = replace(draft, answers=intake.check_answers(visit, given["answers"]))
    if given["contact"] is not None:
        if wrong := intake.wrong_with(visit, given["contact"]):
            raise Refusal("invalid-request", errors=wrong)
        draft = replace(draft, contact=dict(given["contact"]))
    stores.drafts.keep(draft)
    return draft


def of(stores: Stores, held: HeldSlot) -> Draft:
    """What was filled in so far."""
    found = stores.drafts.get(held.appointment.id)
    return found or Draft(held.appointment.id, held.appointment.municipality, held.expires + REMEMBERED)


def carry_over(stores: Stores, before: HeldSlot, held: HeldSlot) -> None:
    """Another moment was taken for the same visit: what was filled in goes along, and the moment before comes free."""
    known = of(stores, before)
    stores.drafts.keep(replace(known, id=held.appointment.id, expires=held.expires + REMEMBERED))
    stores.agendas.drop_hold(before.appointment.id)
