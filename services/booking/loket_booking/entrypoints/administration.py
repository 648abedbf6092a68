"""For administrators: the configuration, the data of a resident, and the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking.administration_answers import (
    AuditPage,
    ComparedConfiguration,
    ConfigurationText,
    ErasureEntry,
    LoadedConfiguration,
    PartValues,
    ProposedPart,
    ResidentExport,
    StoredConfiguration,
)
from loket_contracts.rpc.caller import StaffCaller

from .requests import RpcDependencies, request_of, scope_of


class AdministrationRpc(RpcDependencies):
    """The gateway has checked the permissions of the caller."""

    @rpc(version=2)
    def configure(
        self, text: str, caller: StaffCaller, only: str | None = None, if_absent: bool = False, confirmed: bool = False,
        idempotency_key: str | None = None, follows: int | None = None,
    ) -> LoadedConfiguration:  # fmt: skip
        """Load a municipality's configuration, and return the appointments in conflict with it.

        `if_absent`: only when the municipality has none. `confirmed`: also when it removes entries to which coming
        appointments refer. `follows`: only when this version is in force.
        """
        self.use_cases.access.require_all_teams(caller)
        by = caller.name or ""
        loaded = self.idempotency.once(
            idempotency_key, scope_of("configure", only or "", caller), text,
            lambda: self.use_cases.configuration.configure(text, by, only, if_absent, confirmed, follows),
        )  # fmt: skip
        return {**loaded, "clashes": self.use_cases.conflicts.conflicts(loaded["municipality"], caller.teams)}

    @rpc
    def compare_configuration(self, text: str, only: str | None = None) -> ComparedConfiguration:
        """What `configure` would change."""
        compared, proposed = self.use_cases.configuration.compare_configuration(text, only)
        conflicts = self.use_cases.conflicts.conflicts(compared["municipality"], None, proposed)
        return {**compared, "clashes": conflicts}

    @rpc
    def configuration(self, municipality: str, version: int | None = None) -> ConfigurationText:
        return self.use_cases.administration.configuration(municipality, version)

    @rpc(version=2)
    def part(self, municipality: str, section: str, name: str, caller: StaffCaller) -> PartValues:
        """What a form can change of a part. An empty name is a part that does not exist yet."""
        self.use_cases.access.require_part(municipality, section, name, caller)
        return self.use_cases.administration.part(municipality, section, name)

    @rpc(version=2)
    def propose_part(self, municipality: str, command: AmendPart, caller: StaffCaller) -> ProposedPart:
        """What `amend_part` would change, and which appointments would be in conflict."""
        self.use_cases.access.require_amendment(municipality, command, caller)
        proposed = self.use_cases.configuration.propose_part(municipality, command)
        clashes = self.use_cases.conflicts.conflicts(municipality, caller.teams, proposed.calendar)
        return {"diff": proposed.diff, "clashes": clashes, "name": proposed.name}

    @rpc(version=2)
    def amend_part(
        self, municipality: str, command: AmendPart, caller: StaffCaller, idempotency_key: str | None = None
    ) -> StoredConfiguration:
        self.use_cases.access.require_amendment(municipality, command, caller)
        return self.idempotency.once(
            idempotency_key, scope_of("amend_part", municipality, caller), command,
            lambda: self.use_cases.configuration.amend_part(municipality, command, caller.name or ""),
        )  # fmt: skip

    @rpc(version=2)
    def export_resident(self, municipality: str, person: str, caller: StaffCaller) -> ResidentExport:
        self.use_cases.access.require_all_teams(caller)
        return self.use_cases.privacy.export_resident(municipality, person, request_of(self, caller))

    @rpc(version=2)
    def erase_resident(self, municipality: str, person: str, caller: StaffCaller) -> int:
        self.use_cases.access.require_all_teams(caller)
        return self.use_cases.privacy.erase_resident(municipality, person, request_of(self, caller))

    @rpc
    def erasures(self, since: str) -> list[ErasureEntry]:
        return self.use_cases.administration.erasures(since)

    @rpc
    def repeat_erasure(self, appointments: Sequence[str], caller: StaffCaller) -> int:
        self.use_cases.access.require_all_teams(caller)
        return self.use_cases.privacy.repeat_erasure(appointments, request_of(self, caller))

    @rpc
    def audit(
        self, municipality: str, appointment: str | None = None, most: int = 200, cursor: str | None = None
    ) -> AuditPage:
        return self.use_cases.administration.audit_page(municipality, appointment, most, cursor)
