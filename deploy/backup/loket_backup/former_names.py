"""`loket-backup`, the name of release 0.1."""

from __future__ import annotations

from loket_chassis.cli.former_names import former_group

NAMES = {name: f"backup {name}" for name in ("keygen", "create", "verify", "restore")}

main = former_group("loket-backup", NAMES)
