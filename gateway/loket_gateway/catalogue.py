"""The catalogue as the gateway remembers it: asked of booking every few seconds, kept when booking is away."""

from __future__ import annotations

import time
from typing import Any

import structlog
from nameko.extensions import DependencyProvider

from loket_chassis.rpc import Calls, Service, Unavailable

log = structlog.get_logger()
ALL = "*"


class Catalogues(DependencyProvider):
    """Gives the service class `Catalogue`."""

    booking = Calls("booking")

    def setup(self) -> None:
        self.fresh_for = self.container.config["settings"].catalogue_seconds
        self.kept: dict[str, tuple[float, Any]] = {}

    def get_dependency(self, worker_ctx: Any) -> Catalogue:
        return Catalogue(self, self.booking.from_worker(worker_ctx))


class Catalogue:
    """What the municipalities offer. Raises Refusal: unknown-municipality; Unavailable when it was never seen."""

    def __init__(self, kept_by: Catalogues, booking: Service) -> None:
        self._kept_by = kept_by
        self._booking = booking

    def municipalities(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get(ALL)
        return found

    def of(self, municipality: str) -> dict[str, Any]:
        found: dict[str, Any] = self._get(municipality)
        return found

    def _get(self, name: str) -> Any:
        kept = self._kept_by.kept
        at, known = kept.get(name, (float("-inf"), None))
        if time.monotonic() - at < self._kept_by.fresh_for:
            return known
        try:
            asked = self._booking.municipalities() if name == ALL else self._booking.catalogue(name)
        except Unavailable:
            if known is None:
                raise
            log.warning("booking is away; serving the catalogue from memory", municipality=name)
            asked = known
        kept[name] = time.monotonic(), asked
        return asked
