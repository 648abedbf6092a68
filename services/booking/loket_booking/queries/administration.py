"""For administrators: the versions of the configuration, and the audit log."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from marshmallow import ValidationError

from loket_contracts import fields
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.administration_answers import (
    AuditEntry,
    AuditPage,
    ConfigurationText,
    ErasureEntry,
    PartValues,
)

from ..configuration.parts import AMENDABLE, MUNICIPALITY, default_values, require_entry, require_section
from ..store.audit import Audit
from ..store.audit import AuditEntry as StoredEntry
from ..store.configurations import Configurations
from ..store.erasures import Erasures

MAX_LISTED = 1000
MOMENT = fields.Instant()


@dataclass(frozen=True)
class AdministrationQueries:
    configurations: Configurations
    audit: Audit
    stored_erasures: Erasures

    def configuration(self, municipality: str, version: int | None) -> ConfigurationText:
        """The source text of a version, or of the one in force, and a list of all versions.

        Raises Refusal: unknown-municipality, no-such-version.
        """
        known = self.configurations.calendar(municipality).municipality
        versions = self.configurations.versions
        return {
            "municipality": municipality,
            "version": version or known.version,
            "text": versions.text(municipality, version),
            "versions": versions.listed(municipality),
        }

    def part(self, municipality: str, section: str, name: str) -> PartValues:
        """The values of a part that a form can change, and the version in force.

        Those of a removed part are as in the last version that had it. An empty `name` is a part that does not exist
        yet. Raises Refusal: unknown-resource, unknown-appointment-type, unknown-location, invalid-request for another
        section.
        """
        require_section(section)
        version, text = self.configurations.versions.latest(municipality)
        earlier = None
        if section == MUNICIPALITY:
            written = self.configurations.reader.values_at(text, ())
        elif not name:
            written = {}
        else:
            parts = self.configurations.reader.values_at(text, (section,))
            if name not in parts:
                earlier = self.configurations.removed.last_version(municipality, section, name)
                if earlier is None:
                    require_entry(self.configurations.calendar(municipality).municipality, section, name)
                last = self.configurations.versions.text(municipality, earlier)
                parts = self.configurations.reader.values_at(last, (section,))
            written = parts[name]
        keys = AMENDABLE[section]
        usual = {key: text for key, text in default_values(section).items() if key in keys}
        found: PartValues = {"version": version, "values": {key: written.get(key) for key in keys}, "usual": usual}
        if earlier is not None:
            found["removed"] = True
        return found

    def erasures(self, since: str) -> list[ErasureEntry]:
        """The erasures since a time, the earliest first. Raises Refusal: invalid-request."""
        moment = _read_moment(since)
        return [
            {"at": each.at.isoformat(), "appointments": list(each.appointments)}
            for each in self.stored_erasures.since(moment)
        ]

    def audit_page(self, municipality: str, appointment: str | None, most: int, cursor: str | None) -> AuditPage:
        """Who read or changed data of residents, the latest first. `next`: the cursor of the next page.

        Raises Refusal: invalid-request.
        """
        found, more = self.audit.page(municipality, appointment, cursor, min(most, MAX_LISTED))
        return {"entries": [_describe(each) for each in found], "next": more}


def _read_moment(text: str) -> dt.datetime:
    try:
        moment: dt.datetime = MOMENT.deserialize(text)
    except ValidationError as error:
        errors = [{"pointer": "/since", "detail": detail} for detail in error.messages]
        raise Refusal("invalid-request", errors=errors) from error
    return moment


def _describe(entry: StoredEntry) -> AuditEntry:
    return {
        "municipality": entry.municipality,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "who": entry.who,
        "action": entry.action,
        "appointment": entry.appointment,
        "detail": entry.detail,
    }
