"""For who runs the desk: the configuration, closures, what is known of a resident, and who looked at it."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.event_log import EventLog
from loket_chassis.messaging.rpc import rpc
from loket_contracts.commands import AmendPart, CloseTime
from loket_contracts.errors import load

from ..commands import closures, configuration_changes, privacy
from ..queries import administration, desk
from .actors import Desk, by_staff
from .authorisation import Teams, require_resource, require_types

_amend_part, _close_time = AmendPart(), CloseTime()


class ForAdministration(Desk):
    """`who` is the code of the account that asks."""

    event_log: EventLog

    @rpc
    def configure(
        self,
        text: str,
        by: str,
        only: str | None = None,
        if_absent: bool = False,
        confirmed: bool = False,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Take a municipality's configuration, whole or not at all. Tells which appointments it lies across.

        `if_absent`: only when the municipality has none. Refused when it takes out what coming appointments refer to,
        unless that is `confirmed`.
        """
        taken = self.idempotency.once(
            idempotency_key, ("configure", only or "", by), text,
            lambda: configuration_changes.configure(self.stores, text, by, only, if_absent, confirmed),
        )  # fmt: skip
        return {**taken, "clashes": desk.clashes(self.stores, taken["municipality"])}

    @rpc
    def compare_configuration(self, text: str, only: str | None = None) -> dict[str, Any]:
        """What `configure` would change, without doing it."""
        return configuration_changes.compare(self.stores, text, only)

    @rpc
    def configuration(self, municipality: str, version: int | None = None) -> dict[str, Any]:
        return administration.configuration(self.stores, municipality, version)

    @rpc
    def part(self, municipality: str, section: str, name: str, teams: Teams = None) -> dict[str, Any]:
        """What a form may change of a resource or an appointment type."""
        self._require_part(municipality, section, name, teams)
        return administration.part(self.stores, municipality, section, name)

    @rpc
    def propose_part(self, municipality: str, body: dict[str, Any], teams: Teams = None) -> dict[str, Any]:
        """What `amend_part` would change, and which appointments would clash with it, without doing it."""
        wish = load(_amend_part, body)
        self._require_part(municipality, wish["section"], wish["name"], teams)
        diff, proposed = configuration_changes.propose(self.stores, municipality, wish)
        return {"diff": diff, "clashes": desk.clashes(self.stores, municipality, proposed)}

    @rpc
    def amend_part(
        self, municipality: str, who: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        wish = load(_amend_part, body)
        self._require_part(municipality, wish["section"], wish["name"], teams)
        return self.idempotency.once(
            idempotency_key, ("amend_part", municipality, who), body,
            lambda: configuration_changes.amend(self.stores, municipality, wish, who),
        )  # fmt: skip

    def _require_part(self, municipality: str, section: str, name: str, teams: Teams) -> None:
        if section == "resources":
            require_resource(self.stores, municipality, name, teams)
        else:
            require_types(self.stores, municipality, [name], teams)

    @rpc
    def close_time(
        self, municipality: str, who: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Lay a closure. Tells all appointments that now clash with the calendar."""
        wish = load(_close_time, body)
        require_resource(self.stores, municipality, wish["resource"], teams)

        def close() -> dict[str, Any]:
            return desk.describe_closure(
                self.stores, closures.close(self.stores, municipality, wish, by_staff(self, who))
            )

        laid = self.idempotency.once(idempotency_key, ("close_time", municipality, who), body, close)
        return {**laid, "clashes": desk.clashes(self.stores, municipality)}

    @rpc
    def open_time(
        self, municipality: str, who: str, closure: str, teams: Teams = None, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        for each in desk.closures(self.stores, municipality) if teams is not None else ():
            if each["id"] == closure:
                require_resource(self.stores, municipality, each["resource"], teams)
        return self.idempotency.once(
            idempotency_key, ("open_time", municipality, who), closure,
            lambda: desk.describe_closure(self.stores, closures.reopen(self.stores, municipality, closure)),
        )  # fmt: skip

    @rpc
    def closures(self, municipality: str) -> list[dict[str, Any]]:
        return desk.closures(self.stores, municipality)

    @rpc
    def import_busy(
        self, municipality: str, resource: str, source: str, text: str, teams: Teams = None
    ) -> dict[str, Any]:
        """`text`: an iCalendar file, as Outlook or Google exports it."""
        require_resource(self.stores, municipality, resource, teams)
        busy, before = closures.import_busy(self.stores, municipality, resource, source, text)
        return {"busy_times": busy, "busy_times_before": before, "clashes": desk.clashes(self.stores, municipality)}

    @rpc
    def feed_token(self, municipality: str, resource: str) -> str:
        return administration.feed_token(self.stores, municipality, resource)

    @rpc
    def export_resident(self, municipality: str, who: str, person: str) -> dict[str, Any]:
        return privacy.export(self.stores, municipality, person, by_staff(self, who))

    @rpc
    def erase_resident(self, municipality: str, who: str, person: str) -> int:
        return privacy.erase(self.stores, self.announce, municipality, person, by_staff(self, who))

    @rpc
    def count_events(self) -> int:
        return self.event_log.count()

    @rpc
    def logged_events(self, after: str, most: int) -> dict[str, Any]:
        """All that ever happened, page by page: {events, after}."""
        return self.event_log.page(after, most)

    @rpc
    def audit(
        self, municipality: str, appointment: str | None = None, most: int = 200, cursor: str | None = None
    ) -> dict[str, Any]:
        return administration.audit(self.stores, municipality, appointment, most, cursor)
