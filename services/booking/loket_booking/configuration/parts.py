"""The parts of a configuration that forms change: an entry of a section, or the keys of the municipality itself."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from typing import Any

from loket_contracts.errors import Refusal

from ..domain.catalogue import Municipality
from .schema import AppointmentType, Location, MunicipalityFile, Resource, Team

#: the section of the keys of the municipality; the name of its only part is the municipality's id
MUNICIPALITY = "municipality"
ENTRIES = {"resources": Resource, "appointment_types": AppointmentType, "locations": Location, "teams": Team}
#: the keys that a form can change. The id of a municipality is in every address, and the rest has parts of its own
AMENDABLE = {
    **{section: tuple(schema().fields) for section, schema in ENTRIES.items()},
    MUNICIPALITY: tuple(name for name in MunicipalityFile().fields if name not in ("id", *ENTRIES)),
}
LONGEST_NAME = 60


def default_values(section: str) -> dict[str, str]:
    """The defaults of the values in a part of this section, as they would be written."""
    schema = ENTRIES.get(section, MunicipalityFile)()
    defaults = {name: field.load_default for name, field in schema.fields.items()}
    return {name: str(value) for name, value in defaults.items() if type(value) in (int, str) and value != ""}


def free_name(wanted: str, taken: Container[str]) -> str:
    """The requested name of a new entry, or the next one with a number."""
    name, number = wanted[:LONGEST_NAME].strip("-"), 1
    stem = re.sub(r"-[0-9]+\Z", "", name)
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def require_section(section: str) -> None:
    """Raises Refusal: invalid-request for a section without a form."""
    if section not in AMENDABLE:
        known = ", ".join(AMENDABLE)
        raise Refusal("invalid-request", errors=[{"pointer": "/section", "detail": f"Must be one of: {known}."}])


def require_entry(known: Municipality, section: str, name: str) -> None:
    """Raises Refusal: unknown-resource, unknown-appointment-type, unknown-location; invalid-request for a team."""
    if section == "resources":
        known.require_resource(name)
    if section == "locations":
        known.require_location(name)
    if section == "appointment_types" and name not in known.appointment_types:
        raise Refusal("unknown-appointment-type", {"appointment_type": name})
    if section == "teams" and name not in known.teams:
        raise Refusal("invalid-request", errors=[{"pointer": "/name", "detail": f"There is no such team: {name}."}])
    if section == MUNICIPALITY and name != known.id:
        raise Refusal("unknown-municipality", {"municipality": name})


def teams_of(values: Mapping[str, Any]) -> set[str]:
    """The teams that the values of a part name, also in its needs."""
    needs = values.get("needs")
    parts = [values, *(each for each in needs if isinstance(each, Mapping))] if isinstance(needs, list) else [values]
    return {str(each["team"]) for each in parts if each.get("team")}


def resources_of(values: Mapping[str, Any]) -> set[str]:
    """The resources that the needs in the values of a part name."""
    needs = values.get("needs")
    listed = needs if isinstance(needs, list) else []
    return {str(each["resource"]) for each in listed if isinstance(each, Mapping) and each.get("resource")}
