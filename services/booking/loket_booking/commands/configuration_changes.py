"""Load a municipality's configuration, or change one part of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from loket_chassis.yaml import safe_load
from loket_chassis.yaml.patch import require_keys, with_pointers_below
from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking.administration_answers import ComparedConfiguration, RemovalEntry, StoredConfiguration
from loket_contracts.visits import OPEN_STATES

from ..configuration.offload import AmendedConfiguration
from ..configuration.parts import AMENDABLE, MUNICIPALITY, free_name, require_entry, require_section
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.removal import Removal, removals
from ..store.cards import Cards
from ..store.configurations import Configurations
from ..store.day_view import DayView
from .ports import Clock

#: the most appointments that a refusal lists for one removal
MAX_NAMED = 20


@dataclass(frozen=True)
class ProposedChange:
    """What a change to a part would change. `diff`: unified. `calendar`: the one that would follow."""

    name: str
    diff: str
    calendar: Calendar


@dataclass(frozen=True)
class ConfigurationCommands:
    configurations: Configurations
    days: DayView
    cards: Cards
    clock: Clock

    def configure(
        self, text: str, by: str, only: str | None = None, if_absent: bool = False, confirmed: bool = False,
        follows: int | None = None,
    ) -> StoredConfiguration:  # fmt: skip
        """Load a configuration. `only`: the one municipality that the caller may configure.

        `if_absent`: change nothing when the municipality has a configuration, even if `text` is wrong; "kept" in the
        result then has its author and time. `confirmed`: allow the removal of entries to which coming appointments
        refer; these appointments stay. `follows`: the version that must be in force, 0 for none. Raises Refusal:
        invalid-configuration, removal-not-confirmed, settings-changed; the old configuration then stays in force.
        """
        if if_absent and (existing := self._existing(text)):
            return existing
        proposed = self.configurations.reader.read(text, only=only)
        if not confirmed:
            self._require_no_removals(proposed)
        try:
            calendar, changed = self.configurations.store(text, by, self.clock(), 0 if if_absent else follows, proposed)
        except Refusal as refusal:
            if if_absent and refusal.code == "settings-changed" and (existing := self._existing(text)):
                return existing  # a concurrent request stored the first version
            raise
        known = calendar.municipality
        return {"municipality": known.id, "version": known.version, "changed": changed}

    def compare_configuration(self, text: str, only: str | None = None) -> tuple[ComparedConfiguration, Calendar]:
        """What `configure` would change, and the calendar that would follow.

        It is a unified diff, and the removals to which coming appointments refer.

        Raises Refusal: invalid-configuration.
        """
        proposed = self.configurations.reader.read(text, only=only)
        _, before = self.configurations.versions.latest(proposed.id)
        compared: ComparedConfiguration = {
            "municipality": proposed.id,
            "diff": self.configurations.reader.diff(before, text),
            "removals": [self._describe_removal(each) for each in self._removals(proposed)],
        }
        return compared, self.configurations.calendar_of(proposed)

    def propose_part(self, municipality: str, command: AmendPart) -> ProposedChange:
        """What a change to one part, a new part or the removal of one would change.

        Raises Refusal: unknown-resource, unknown-appointment-type, unknown-location;
        invalid-request for what no form can change, and for errors in the part, with pointers below it.
        """
        name, amended = self._amended(municipality, command)
        return ProposedChange(name, amended.diff, self.configurations.calendar_of(amended.municipality))

    def amend_part(self, municipality: str, command: AmendPart, by: str) -> StoredConfiguration:
        """Change, add or remove one part; appointments that refer to a removed part stay.

        Raises Refusal: as `propose_part`; settings-changed when another version is in force.
        """
        _, amended = self._amended(municipality, command)
        calendar, changed = self.configurations.store(
            amended.text, by, self.clock(), command.version, amended.municipality
        )
        return {"municipality": municipality, "version": calendar.municipality.version, "changed": changed}

    def _existing(self, text: str) -> StoredConfiguration | None:
        municipality = safe_load.first_level(text, "id")
        found = self.configurations.versions.in_force(municipality) if municipality else None
        if municipality is None or found is None:
            return None
        return {"municipality": municipality, "changed": False, "version": found["version"], "kept": found}

    def _amended(self, municipality: str, command: AmendPart) -> tuple[str, AmendedConfiguration]:
        """The name of the part, and the configuration with it."""
        section, name = command.section, command.name
        require_section(section)
        require_keys(command.values, AMENDABLE[section])
        below: tuple[str, ...] = () if section == MUNICIPALITY else (section,)
        if command.action in ("add", "restore") and below:
            taken = getattr(self.configurations.including_removed(municipality), section)
            if command.action == "add":
                name = free_name(name, taken)
            elif name not in taken or name in getattr(self.configurations.calendar(municipality).municipality, section):
                raise Refusal("settings-changed")
            values: dict[str, Any] = {name: {key: value for key, value in command.values.items() if value is not None}}
        else:
            require_entry(self.configurations.calendar(municipality).municipality, section, name)
            values = {name: None} if command.action == "remove" else dict(command.values)
        path = below if command.action != "change" else (*below, name) if below else ()
        before = self.configurations.versions.text(municipality)
        try:
            return name, self.configurations.reader.amend(before, path, values)
        except Refusal as refusal:
            raise with_pointers_below(refusal, (*below, name) if below else ()) from refusal

    def _removals(self, proposed: Municipality) -> list[Removal]:
        """The entries that the proposed configuration removes although coming appointments refer to them."""
        try:
            calendar = self.configurations.calendar(proposed.id)
        except Refusal:  # the first configuration of a municipality
            return []
        now, known = self.clock(), calendar.municipality
        coming = self.days.appointments(proposed.id, local_date(now, known.time_zone), None, OPEN_STATES)
        return removals(known, proposed, (each for each in coming if each.end > now))

    def _require_no_removals(self, proposed: Municipality) -> None:
        """Raises Refusal: removal-not-confirmed, with one error for each entry."""
        found = self._removals(proposed)
        if not found:
            return
        hit = {each.id for removal in found for each in removal.appointments}
        errors = []
        for removal in found:
            cards = self.cards.get_all(each.id for each in removal.appointments[:MAX_NAMED])
            named = [card.reference for card in cards.values()] + ["…"] * (len(removal.appointments) > MAX_NAMED)
            detail = f"Coming appointments that refer to this: {len(removal.appointments)} ({', '.join(named)})."
            errors.append({"pointer": f"/{removal.section}/{removal.name}", "detail": detail})
        raise Refusal("removal-not-confirmed", {"number": len(hit)}, errors)

    def _describe_removal(self, removal: Removal) -> RemovalEntry:
        cards = self.cards.get_all(each.id for each in removal.appointments)
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
