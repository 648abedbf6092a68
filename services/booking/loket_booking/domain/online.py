"""Settings of a municipality for the gateway: API access from other sites, protection from robots, page style."""

from __future__ import annotations

from dataclasses import dataclass

#: over which a stranger confirms a booking, the strictest last
CONFIRMATIONS = ("none", "email", "sms")


@dataclass(frozen=True)
class Online:
    """`origins`: other sites whose pages may use the API (CORS).

    `friction`: callers without an account or key must do proof of work, or wait, to hold a slot. `friction_from`: the
    slots that such callers hold or book in an hour before it applies also without `friction`; 0 for never. `confirm`:
    over which of CONFIRMATIONS strangers confirm a booking. `confirm_minutes`: how long its slot is held for that.
    """

    origins: tuple[str, ...] = ()
    friction: bool = False
    friction_from: int = 30
    confirm: str = "email"
    confirm_minutes: int = 30


@dataclass(frozen=True)
class Look:
    """The style of the pages. `colour`: #rrggbb, dark enough for white text. `logo`: a data URL (RFC 2397)."""

    colour: str | None = None
    logo: str | None = None
