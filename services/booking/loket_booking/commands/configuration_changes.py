"""A municipality's configuration, taken whole or not at all; and one part of it changed by a form."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from loket_chassis.yaml import safe_load
from loket_chassis.yaml.patch import amended, require_keys, said_of_part
from loket_contracts.errors import Refusal

from ..configuration import reader
from ..context import Stores
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.removal import Removal, removals

#: what can be changed by form: by section of the file, the keys of each part. All else is for who knows the file.
AMENDABLE = {
    "resources": ("hours",),
    "appointment_types": (
        "name", "description", "guidance", "keywords", "bring", "duration", "per_extra_person", "preparation",
        "wrap_up", "interval", "notice_hours", "notice_working_days", "horizon_days", "visibility",
    ),
}  # fmt: skip


#: the appointments that are hit by a removal are named up to so many
MAX_NAMED = 20
NOT_OVER = ("booked", "checked_in", "in_service", "parked")


def configure(
    stores: Stores, text: str, by: str, only: str | None = None, if_absent: bool = False, confirmed: bool = False
) -> dict[str, Any]:
    """Take it. `only`: the one municipality that it may be of, for who may configure no other.

    `if_absent`: leave a municipality that has a configuration as it is, even if `text` is wrong; "kept" in the answer
    then says when and by whom it was set. `confirmed`: also when it takes out what coming appointments refer to; these
    stay as they are.

    Raises Refusal: invalid-configuration, removal-not-confirmed; the old one then still counts.
    """
    if if_absent and (kept := _kept(stores, text)):
        return kept
    if not confirmed:
        _require_no_removals(stores, reader.read(text, only=only))
    try:
        calendar, changed = stores.configurations.store(text, by, stores.now(), only, 0 if if_absent else None)
    except Refusal as refusal:
        if if_absent and refusal.code == "settings-changed" and (kept := _kept(stores, text)):
            return kept  # somebody else stored the first version at the same moment
        raise
    known = calendar.municipality
    return {"municipality": known.id, "version": known.version, "changed": changed}


def _kept(stores: Stores, text: str) -> dict[str, Any] | None:
    municipality = safe_load.first_level(text, "id")
    found = stores.configurations.versions.in_force(municipality) if municipality else None
    return found and {"municipality": municipality, "changed": False, "version": found["version"], "kept": found}


def compare(stores: Stores, text: str, only: str | None = None) -> dict[str, Any]:
    """What taking it would change, line by line (unified diff), and which coming appointments refer to what it removes.

    Raises Refusal: invalid-configuration.
    """
    proposed = reader.read(text, only=only)
    _, before = stores.configurations.versions.latest(proposed.id)
    return {
        "municipality": proposed.id,
        "diff": _diff(before, text),
        "removals": [_described(stores, each) for each in _removals(stores, proposed)],
    }


def _removals(stores: Stores, proposed: Municipality) -> list[Removal]:
    """What the proposed configuration takes out although coming appointments refer to it."""
    try:
        calendar = stores.configurations.calendar(proposed.id)
    except Refusal:  # the first configuration of a municipality
        return []
    now, known = stores.now(), calendar.municipality
    coming = stores.days.appointments(proposed.id, local_date(now, known.time_zone), None, NOT_OVER)
    return removals(known, proposed, (each for each in coming if each.end > now))


def _require_no_removals(stores: Stores, proposed: Municipality) -> None:
    """Raises Refusal: removal-not-confirmed, with one error for each entry."""
    found = _removals(stores, proposed)
    if not found:
        return
    hit = {each.id for removal in found for each in removal.appointments}
    errors = []
    for removal in found:
        cards = stores.cards.get_all(each.id for each in removal.appointments[:MAX_NAMED])
        named = [card.reference for card in cards.values()] + ["…"] * (len(removal.appointments) > MAX_NAMED)
        detail = f"Coming appointments that refer to this: {len(removal.appointments)} ({', '.join(named)})."
        errors.append({"pointer": f"/{removal.section}/{removal.name}", "detail": detail})
    raise Refusal("removal-not-confirmed", {"number": len(hit)}, errors)


def _described(stores: Stores, removal: Removal) -> dict[str, Any]:
    cards = stores.cards.get_all(each.id for each in removal.appointments)
    return {
        "section": removal.section,
        "name": removal.name,
        "appointments": [
            {
                "appointment": each.id,
                "reference": cards[each.id].reference if each.id in cards else None,
                "start": each.local(each.start),
            }
            for each in removal.appointments
        ],
    }


def propose(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> tuple[str, Calendar]:
    """What would change, line by line, and the calendar that there would be.

    `wish`: as contracts' AmendPart reads it. Raises Refusal: unknown-resource, unknown-appointment-type,
    invalid-request for what no form changes and, pointing below the part, for what is wrong in it.
    """
    before, after, calendar = _amended(stores, municipality, wish)
    return _diff(before, after), calendar


def amend(stores: Stores, municipality: str, wish: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Change one part. Raises Refusal: as `propose`, and settings-changed when another version counts by now."""
    _, after, _ = _amended(stores, municipality, wish)
    calendar, changed = stores.configurations.store(after, by, stores.now(), follows=wish["version"])
    return {"municipality": municipality, "version": calendar.municipality.version, "changed": changed}


def _amended(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> tuple[str, str, Calendar]:
    """The text before and after, and the calendar that follows from it."""
    path = wish["section"], wish["name"]
    require_part(stores, municipality, *path)
    require_keys(wish["values"], AMENDABLE[wish["section"]])
    before = stores.configurations.versions.text(municipality)
    after = amended(before, path, wish["values"])
    try:
        return before, after, stores.configurations.proposed(after)
    except Refusal as refusal:
        raise said_of_part(refusal, path) from refusal


def require_part(stores: Stores, municipality: str, section: str, name: str) -> None:
    """Raises Refusal: unknown-resource, unknown-appointment-type, invalid-request for another section."""
    known = stores.configurations.calendar(municipality).municipality
    if section not in AMENDABLE:
        raise Refusal(
            "invalid-request", errors=[{"pointer": "/section", "detail": f"Must be one of: {', '.join(AMENDABLE)}."}]
        )
    if section == "resources" and name not in known.resources:
        raise Refusal("unknown-resource", {"resource": name})
    if section == "appointment_types" and name not in known.appointment_types:
        raise Refusal("unknown-appointment-type", {"appointment_type": name})


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "in force", "proposed", lineterm="")
    return "\n".join(lines)
