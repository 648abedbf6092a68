"""Invitations: a case worker lets one resident book one thing, without a search through the catalogue."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from loket_contracts.errors import Refusal

from ..context import Stores
from ..domain.visit import candidates, plan
from ..store.invitations import Invitation
from .request import Request


def invite(stores: Stores, municipality: str, wish: Mapping[str, Any], request: Request) -> tuple[Invitation, str]:
    """Make a one-use link. Returns the invitation and its token, which is not kept. Raises Refusal: unknown names."""
    known = stores.configurations.calendar(municipality).municipality
    kind = known.appointment_types.get(wish["appointment_type"])
    if kind is None:
        raise Refusal("unknown-appointment-type", {"appointment_type": wish["appointment_type"]})
    places = [wish["location"]] if wish["location"] else list(kind.locations)
    visits = [plan(known, [kind.id], 1, place) for place in places]
    if wish["resource"] is not None:
        given = (each for visit in visits for group in candidates(known, visit) for each in group)
        if wish["resource"] not in {each.id for each in given}:
            raise Refusal("unknown-resource", {"resource": wish["resource"]})
    now = stores.now()
    invitation = Invitation(
        id=uuid.uuid4().hex,
        municipality=municipality,
        appointment_type=kind.id,
        resource=wish["resource"],
        location=wish["location"],
        file_reference=wish["file_reference"],
        made_by=request.who,
        made_at=now,
        expires=now + dt.timedelta(days=wish["days"]),
    )
    return invitation, stores.invitations.add(invitation)


def standing(stores: Stores, municipality: str, token: str) -> Invitation:
    """The invitation behind a token, if it can be used still. Raises Refusal: invitation-not-valid."""
    found = stores.invitations.by_token(token)
    if found is None or found.municipality != municipality or not found.stands(stores.now()):
        raise Refusal("invitation-not-valid")
    known = stores.configurations.calendar(municipality).municipality
    kind = known.appointment_types.get(found.appointment_type)
    if (
        kind is None
        or (found.location is not None and found.location not in kind.locations)
        or (found.resource is not None and found.resource not in known.resources)
    ):  # what it invites to was removed
        raise Refusal("invitation-not-valid")
    return found


def revoke(stores: Stores, municipality: str, identifier: str) -> None:
    """Take an invitation back; an appointment that was made with it stays. Raises Refusal: invitation-not-valid."""
    if not stores.invitations.revoke(municipality, identifier):
        raise Refusal("invitation-not-valid")
