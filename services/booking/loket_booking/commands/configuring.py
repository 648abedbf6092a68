"""A municipality's configuration, taken whole or not at all; and one part of it changed by a form."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

from loket_chassis.amending import amended
from loket_contracts.errors import Refusal

from ..bootstrap import Stores
from ..configuration import reader

#: what can be changed by form: by section of the file, the keys of each part. All else is for who knows the file.
AMENDABLE = {
    "resources": ("hours",),
    "appointment_types": (
        "name", "description", "guidance", "keywords", "bring", "duration", "per_extra_person", "preparation",
        "wrap_up", "interval", "notice_hours", "notice_working_days", "horizon_days", "visibility",
    ),
}  # fmt: skip


def configure(stores: Stores, text: str, by: str) -> dict[str, Any]:
    """Take it. Raises Refusal: invalid-configuration; the old one then still counts."""
    calendar, changed = stores.configurations.store(text, by, stores.now())
    known = calendar.municipality
    return {"municipality": known.id, "version": known.version, "changed": changed}


def compare(stores: Stores, text: str) -> dict[str, Any]:
    """What taking it would change, line by line (unified diff). Raises Refusal: invalid-configuration."""
    name = reader.read(text).id
    try:
        before = stores.configurations.versions.text(name)
    except Refusal:  # this municipality is new
        before = ""
    return {"municipality": name, "diff": _diff(before, text)}


def propose(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> tuple[str, str]:
    """The configuration as it would be, and what would change in it, line by line.

    `wish`: as contracts' AmendPart reads it. Raises Refusal: unknown-resource, unknown-appointment-type,
    invalid-request for what no form changes and, pointing below the part, for what is wrong in it.
    """
    section, name = wish["section"], wish["name"]
    require_part(stores, municipality, section, name)
    if foreign := sorted(wish["values"].keys() - set(AMENDABLE[section])):
        raise Refusal("invalid-request", errors=[{"pointer": f"/{key}", "detail": "Unknown field."} for key in foreign])
    before = stores.configurations.versions.text(municipality)
    after = amended(before, (section, name), wish["values"])
    try:
        reader.read(after)
    except Refusal as refusal:
        part = f"/{section}/{name}"
        errors = [{**each, "pointer": each["pointer"].removeprefix(part)} for each in refusal.errors]
        raise Refusal("invalid-request", errors=errors) from refusal
    return after, _diff(before, after)


def amend(stores: Stores, municipality: str, wish: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Change one part. Raises Refusal: as `propose`, and settings-changed when another version counts by now."""
    after, _ = propose(stores, municipality, wish)
    calendar, changed = stores.configurations.store(after, by, stores.now(), follows=wish["version"])
    return {"municipality": municipality, "version": calendar.municipality.version, "changed": changed}


def require_part(stores: Stores, municipality: str, section: str, name: str) -> None:
    """Raises Refusal: unknown-resource, unknown-appointment-type, invalid-request for another section."""
    known = stores.configurations.calendar(municipality).municipality
    if section not in AMENDABLE:
        raise Refusal("invalid-request", errors=[{"pointer": "/section", "detail": f"One of {', '.join(AMENDABLE)}."}])
    if section == "resources" and name not in known.resources:
        raise Refusal("unknown-resource", {"resource": name})
    if section == "appointment_types" and name not in known.appointment_types:
        raise Refusal("unknown-appointment-type", {"appointment_type": name})


def _diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "in force", "proposed", lineterm="")
    return "\n".join(lines)
