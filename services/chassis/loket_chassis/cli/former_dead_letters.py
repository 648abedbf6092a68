"""`loket-dead-letters`, the name of release 0.1."""

from __future__ import annotations

from .former_names import former_group

NAMES = {"list": "dead-letters list", "replay": "dead-letters replay"}

main = former_group("loket-dead-letters", NAMES)
