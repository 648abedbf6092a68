"""Earlier versions of methods for administrators. See `deprecated_calendar`."""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking.administration_answers import (
    LoadedConfiguration,
    PartValues,
    ProposedPart,
    ResidentExport,
    StoredConfiguration,
)
from loket_contracts.rpc.caller import Caller

from ..domain.teams import Teams
from .administration import AdministrationRpc


class DeprecatedAdministrationRpc(AdministrationRpc):
    """Each calls the version that replaced it."""

    @rpc(name="configure")
    def configure_v1(
        self, text: str, by: str, only: str | None = None, if_absent: bool = False, confirmed: bool = False,
        idempotency_key: str | None = None,
    ) -> LoadedConfiguration:  # fmt: skip
        return self.configure(text, Caller.staff(by, None), only, if_absent, confirmed, idempotency_key)

    @rpc(name="part")
    def part_v1(self, municipality: str, section: str, name: str, teams: Teams = None) -> PartValues:
        return self.part(municipality, section, name, Caller.staff("", teams))

    @rpc(name="propose_part")
    def propose_part_v1(self, municipality: str, body: AmendPart, teams: Teams = None) -> ProposedPart:
        return self.propose_part(municipality, body, Caller.staff("", teams))

    @rpc(name="amend_part")
    def amend_part_v1(
        self, municipality: str, who: str, body: AmendPart, teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> StoredConfiguration:  # fmt: skip
        return self.amend_part(municipality, body, Caller.staff(who, teams), idempotency_key)

    @rpc(name="export_resident")
    def export_resident_v1(self, municipality: str, who: str, person: str) -> ResidentExport:
        return self.export_resident(municipality, person, Caller.staff(who, None))

    @rpc(name="erase_resident")
    def erase_resident_v1(self, municipality: str, who: str, person: str) -> int:
        return self.erase_resident(municipality, person, Caller.staff(who, None))
