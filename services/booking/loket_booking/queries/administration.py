"""For administrators: the versions of the configuration, and the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from loket_contracts.rpc.booking.administration_answers import AuditEntry, AuditPage, ConfigurationText, PartValues

from ..commands.configuration_changes import AMENDABLE, ConfigurationCommands
from ..configuration import reader
from ..store.audit import Audit
from ..store.audit import AuditEntry as StoredEntry
from ..store.configurations import Configurations

MAX_LISTED = 1000


@dataclass(frozen=True)
class AdministrationQueries:
    configurations: Configurations
    audit: Audit
    configuration_commands: ConfigurationCommands

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
        """The values of a resource or appointment type that a form can change, and the version they are from.

        `usual`: the defaults. Raises Refusal: unknown-resource, unknown-appointment-type, invalid-request for another
        section.
        """
        self.configuration_commands.require_part(municipality, section, name)
        version, text = self.configurations.versions.latest(municipality)
        written = self.configurations.reader.values_at(text, (section, name))
        keys = AMENDABLE[section]
        usual = {key: text for key, text in reader.default_values(section).items() if key in keys}
        return {"version": version, "values": {key: written.get(key) for key in keys}, "usual": usual}

    def audit_page(self, municipality: str, appointment: str | None, most: int, cursor: str | None) -> AuditPage:
        """Who read or changed data of residents, the latest first. `next`: the cursor of the next page.

        Raises Refusal: invalid-request.
        """
        found, more = self.audit.page(municipality, appointment, cursor, min(most, MAX_LISTED))
        return {"entries": [_describe(each) for each in found], "next": more}


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
