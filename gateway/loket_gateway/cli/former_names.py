"""`loket-access`, the name of release 0.1."""

from __future__ import annotations

from loket_chassis.cli.former_names import former_group

#: the new name of each command
NAMES = {
    "accounts": "accounts list", "add-account": "accounts add", "reset-password": "accounts reset-password",
    "close-account": "accounts close", "remove-second-factor": "accounts remove-second-factor",
    "keys": "keys list", "add-key": "keys add", "renew-key": "keys renew", "remove-key": "keys remove",
}  # fmt: skip

access = former_group("loket-access", NAMES)
