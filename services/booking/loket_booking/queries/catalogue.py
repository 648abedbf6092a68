"""What a municipality offers, with its texts in all languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from loket_contracts.rpc.booking.agenda_answers import ResourceEntry
from loket_contracts.rpc.booking.answers import (
    AccessibilityEntry,
    AddressEntry,
    AppointmentTypeEntry,
    BodyEntry,
    Catalogue,
    LocationEntry,
    MunicipalityEntry,
    PrivacyEntry,
    RemovedEntries,
)

from ..domain import statements
from ..domain.appointment_spec import specialist_languages
from ..domain.catalogue import Address, AppointmentType, Location, Municipality
from ..domain.teams import Teams, includes_resource
from ..store.configurations import Configurations


@dataclass(frozen=True)
class CatalogueQueries:
    configurations: Configurations

    def municipalities(self) -> list[MunicipalityEntry]:
        return [describe_municipality(calendar.municipality) for calendar in self.configurations.all()]

    def catalogue(self, municipality: str) -> Catalogue:
        """All public data of a municipality. Raises Refusal: unknown-municipality.

        It includes appointment types that only staff or invited residents can book: see `visibility`.
        """
        known = self.configurations.calendar(municipality).municipality
        return {
            "municipality": describe_municipality(known),
            "version": known.version,
            "online": {
                "origins": list(known.online.origins),
                "friction": known.online.friction,
                "friction_from": known.online.friction_from,
            },
            "look": {"colour": known.look.colour, "logo": known.look.logo},
            "privacy": describe_privacy(known),
            "accessibility": describe_accessibility(known.accessibility),
            "reasons": {command: sorted(codes) for command, codes in known.reasons.items()},
            "locations": [describe_location(location) for location in known.locations.values()],
            "teams": [{"id": team.id, "name": team.name} for team in known.teams.values()],
            "appointment_types": [describe_appointment_type(kind, known) for kind in known.appointment_types.values()],
            "removed": _describe_removed(known, self.configurations.including_removed(municipality)),
        }

    def resources(self, municipality: str, teams: Teams) -> list[ResourceEntry]:
        """The resources of these teams, and those without a team. `teams`: None for all."""
        known = self.configurations.calendar(municipality).municipality
        return [
            {
                "id": each.id,
                "name": each.name,
                "kind": each.kind,
                "team": each.team,
                "locations": sorted(each.locations),
                "skills": sorted(each.skills),
            }
            for each in known.resources.values()
            if includes_resource(teams, each)
        ]


def _describe_removed(known: Municipality, including_removed: Municipality) -> RemovedEntries:
    """The entries that were removed from the configuration, to which appointments still refer."""

    def removed(section: str) -> list[Any]:
        entries = getattr(including_removed, section)
        return [each for name, each in entries.items() if name not in getattr(known, section)]

    return {
        "locations": [describe_location(each) for each in removed("locations")],
        "teams": [{"id": each.id, "name": each.name} for each in removed("teams")],
        "resources": [{"id": each.id, "name": each.name} for each in removed("resources")],
        "appointment_types": [describe_appointment_type(each, known) for each in removed("appointment_types")],
    }


def describe_municipality(known: Municipality) -> MunicipalityEntry:
    return {
        "id": known.id,
        "name": known.name,
        "time_zone": known.time_zone,
        "languages": list(known.languages),
        "country": known.country,
        "email": known.email,
        "phone": known.phone,
        "website": known.website,
    }


def describe_privacy(known: Municipality) -> PrivacyEntry:
    statement, first = known.privacy, next((each.address for each in known.locations.values() if each.address), None)
    return {
        "url": statement.url,
        "address": statement.address or (str(first) if first else None),
        "officer_email": statement.officer_email,
        "officer_phone": statement.officer_phone,
        "recipients": list(statement.recipients),
        "authority": _describe_body(statement.authority),
        "retention_days": known.retention_days,
        "retention_of_types": [
            {"name": kind.name, "retention_days": kind.retention_days or known.retention_days,
             "pseudonymise": kind.pseudonymise}
            for kind in known.appointment_types.values()
            if kind.visibility == "public" and (kind.retention_days is not None or kind.pseudonymise)
        ],
        "message_record_days": statement.message_record_days,
        "text": statement.addition,
    }  # fmt: skip


def describe_accessibility(statement: statements.AccessibilityStatement) -> AccessibilityEntry:
    return {
        "url": statement.url,
        "status": statement.status,
        "gaps": list(statement.gaps),
        "burdens": list(statement.burdens),
        "exempt": list(statement.exempt),
        "prepared": statement.prepared.isoformat() if statement.prepared else None,
        "reviewed": statement.reviewed.isoformat() if statement.reviewed else None,
        "assessed_by": statement.assessed_by,
        "report_url": statement.report_url,
        "email": statement.email,
        "phone": statement.phone,
        "enforcement": _describe_body(statement.enforcement),
        "law": statement.law,
    }


def _describe_body(body: statements.Body | None) -> BodyEntry | None:
    return {"name": body.name, "url": body.url} if body else None


def describe_location(location: Location) -> LocationEntry:
    return {
        "id": location.id,
        "name": location.name,
        "channel": location.channel,
        "time_zone": location.time_zone,
        "address": _describe_address(location.address) if location.address else None,
        "directions": location.directions,
    }


def _describe_address(address: Address) -> AddressEntry:
    return {"street": address.street, "postcode": address.postcode, "city": address.city}


def describe_appointment_type(kind: AppointmentType, known: Municipality) -> AppointmentTypeEntry:
    return {
        "id": kind.id,
        "name": kind.name,
        "description": kind.description,
        "category": kind.category,
        "team": kind.team,
        "locations": list(kind.locations),
        "duration": kind.duration,
        "per_extra_person": kind.per_extra_person,
        "notice_hours": int(kind.lead_time / dt.timedelta(hours=1)),
        "notice_working_days": kind.lead_working_days,
        "horizon_days": kind.horizon,
        "bring": list(kind.bring),
        "visibility": kind.visibility,
        "keywords": list(kind.keywords),
        "guidance": {"text": kind.guidance.text, "link": kind.guidance.link} if kind.guidance else None,
        "questions": [
            {
                "id": question.id,
                "label": question.label,
                "kind": question.kind,
                "required": question.required,
                "hint": question.hint,
                "choices": [{"id": name, "label": label} for name, label in question.choices.items()],
                "only_if": {"question": question.only_if[0], "is": sorted(question.only_if[1])}
                if question.only_if
                else None,
                "due_working_days": question.due_working_days if question.kind == "file" else None,
            }
            for question in kind.questions
        ],
        "confirm": kind.confirm or known.online.confirm,
        "specialist_languages": specialist_languages(known, kind),
        "icon": kind.icon,
    }
