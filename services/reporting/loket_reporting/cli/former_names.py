"""`loket-report`, the name of release 0.1."""

from __future__ import annotations

from loket_chassis.cli.former_names import former_group

NAMES = {"rebuild": "reports rebuild"}

report = former_group("loket-report", NAMES)
