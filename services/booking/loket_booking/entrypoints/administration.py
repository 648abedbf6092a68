"""For administrators: the configuration, the data of a resident, and the audit log."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import to_json

from ..domain.teams import Teams
from .requests import RpcDependencies, by_staff


class AdministrationRpc(RpcDependencies):
    """`who`: the code of the account that makes the request."""

    @rpc
    def configure(
        self, text: str, by: str, only: str | None = None, if_absent: bool = False, confirmed: bool = False,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Load a municipality's configuration, and return the appointments in conflict with it.

        `if_absent`: only when the municipality has none. `confirmed`: also when it removes entries to which coming
        appointments refer.
        """
        configuration = self.use_cases.configuration
        loaded = self.idempotency.once(
            idempotency_key, ("configure", only or "", by), text,
            lambda: configuration.configure(text, by, only, if_absent, confirmed),
        )  # fmt: skip
        return {**loaded, "clashes": self.use_cases.conflicts.conflicts(loaded["municipality"], None)}

    @rpc
    def compare_configuration(self, text: str, only: str | None = None) -> dict[str, Any]:
        """What `configure` would change."""
        return self.use_cases.configuration.compare_configuration(text, only)

    @rpc
    def configuration(self, municipality: str, version: int | None = None) -> dict[str, Any]:
        return self.use_cases.administration.configuration(municipality, version)

    @rpc
    def part(self, municipality: str, section: str, name: str, teams: Teams = None) -> dict[str, Any]:
        """What a form can change of a resource or an appointment type."""
        self._require_part(municipality, section, name, teams)
        return self.use_cases.administration.part(municipality, section, name)

    @rpc
    def propose_part(self, municipality: str, body: AmendPart, teams: Teams = None) -> dict[str, Any]:
        """What `amend_part` would change, and which appointments would be in conflict."""
        self._require_part(municipality, body.section, body.name, teams)
        diff, proposed = self.use_cases.configuration.propose_part(municipality, body)
        return {"diff": diff, "clashes": self.use_cases.conflicts.conflicts(municipality, teams, proposed)}

    @rpc
    def amend_part(
        self, municipality: str, who: str, body: AmendPart, teams: Teams = None, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        self._require_part(municipality, body.section, body.name, teams)
        return self.idempotency.once(
            idempotency_key, ("amend_part", municipality, who), to_json(body),
            lambda: self.use_cases.configuration.amend_part(municipality, body, who),
        )  # fmt: skip

    def _require_part(self, municipality: str, section: str, name: str, teams: Teams) -> None:
        if section == "resources":
            self.use_cases.access.require_resource(municipality, name, Caller.staff("", teams))
        else:
            self.use_cases.access.require_types(municipality, [name], Caller.staff("", teams))

    @rpc
    def export_resident(self, municipality: str, who: str, person: str) -> dict[str, Any]:
        return self.use_cases.privacy.export_resident(municipality, person, by_staff(self, who))

    @rpc
    def erase_resident(self, municipality: str, who: str, person: str) -> int:
        return self.use_cases.privacy.erase_resident(municipality, person, by_staff(self, who))

    @rpc
    def audit(
        self, municipality: str, appointment: str | None = None, most: int = 200, cursor: str | None = None
    ) -> dict[str, Any]:
        return self.use_cases.administration.audit_page(municipality, appointment, most, cursor)
