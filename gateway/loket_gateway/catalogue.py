"""The catalogue as the gateway remembers it: asked of booking every few seconds, kept when booking is away."""

from __future__ import annotations

import time
from typing import Any

import structlog
from nameko.extensions import DependencyProvider, SharedExtension

from loket_chassis.rpc import Calls, Unavailable

log = structlog.get_logger()
ALL = "*"


class Catalogue(SharedExtension):
    """What the municipalities offer. Raises Refusal: unknown-municipality; Unavailable when it was never seen."""

    booking = Calls("booking")

    def setup(self) -> None:
        self._fresh_for = self.container.config["settings"].catalogue_seconds
        self._kept: dict[str, tuple[float, Any]] = {}

    def municipalities(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get(ALL)
        return found

    def of(self, municipality: str) -> dict[str, Any]:
        found: dict[str, Any] = self._get(municipality)
        return found

    def look_again(self) -> None:
        """A configuration was loaded here. What was known is kept for when booking is away."""
        self._kept = {name: (float("-inf"), known) for name, (_, known) in self._kept.items()}

    def _get(self, name: str) -> Any:
        at, known = self._kept.get(name, (float("-inf"), None))
        if time.monotonic() - at < self._fresh_for:
            return known
        booking = self.booking.outside_work()
        try:
            asked = booking.municipalities() if name == ALL else booking.catalogue(name)
        except Unavailable:
            if known is None:
                raise
            log.warning("booking is away; serving the catalogue from memory", municipality=name)
            asked = known
        self._kept[name] = time.monotonic(), asked
        return asked


class Catalogues(DependencyProvider):
    """Gives the service class the catalogue."""

    memory = Catalogue()

    def get_dependency(self, worker_ctx: Any) -> Catalogue:
        return self.memory
