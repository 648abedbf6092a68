"""`loket up` and its siblings: commands that are now in the group `local`."""

from __future__ import annotations

from loket_chassis.cli.former_names import moved

from .cli import local

up, stop, reset, demo_data, password, key, exec_, logs = (
    moved(local.commands[name], f"local {name}")
    for name in ("up", "stop", "reset", "demo-data", "password", "key", "exec", "logs")
)
