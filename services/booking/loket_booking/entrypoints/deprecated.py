"""Earlier versions of methods, for callers of the previous release. They are removed with the next release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..domain.teams import Teams
from .appointments import AppointmentRpc


class DeprecatedRpc(AppointmentRpc):
    """Each calls the version that replaced it."""

    @rpc(name="cancel")
    def resident_cancel(self, municipality: str, identifier: str, token: str, body: dict[str, Any]) -> AppointmentView:
        return self._cancel(municipality, identifier, body, Caller.resident(token))

    @rpc
    def portal_cancel(self, municipality: str, who: str, identifier: str, body: dict[str, Any]) -> AppointmentView:
        return self._cancel(municipality, identifier, body, Caller.portal(who))

    @rpc
    def staff_cancel(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None
    ) -> AppointmentView:
        return self._cancel(municipality, identifier, {"reason": "by-municipality", **body}, Caller.staff(who, teams))

    def _cancel(self, municipality: str, identifier: str, body: Mapping[str, Any], caller: Caller) -> AppointmentView:
        return self.cancel(municipality, identifier, from_json(CancelAppointment, body), caller)
