"""`loket-notify`, the name of release 0.1."""

from __future__ import annotations

from loket_chassis.cli.former_names import former_group

#: the new name of each command
NAMES = {
    "configure": "messages load-plan", "preview": "messages preview", "test-send": "messages test-send",
    "messages": "messages list", "failures": "messages failures", "resend": "messages resend",
    "unwanted": "messages suppressions", "want-again": "messages remove-suppression",
}  # fmt: skip

notify = former_group("loket-notify", NAMES)
