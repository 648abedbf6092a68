"""What a municipality is on the web: who may use its interface from where, and how its pages look."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Online:
    """What the gateway is to do for this municipality: `origins` are other sites whose pages may use the API.

    `friction`: who holds a slot without an account or key has to work or wait a moment for it, which stops robots.
    """

    origins: tuple[str, ...] = ()
    friction: bool = False


@dataclass(frozen=True)
class Look:
    """How the pages look: `colour` as #rrggbb, dark enough for white text on it; `logo` as a data URL (RFC 2397)."""

    colour: str | None = None
    logo: str | None = None
