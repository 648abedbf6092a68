"""`loket-admin` and `loket-configure`, the names of release 0.1."""

from __future__ import annotations

from collections.abc import Sequence

from loket_chassis.cli.former_names import former_command, former_group

#: the new name of each command
NAMES = {
    "clashes": "appointments conflicts", "invite": "appointments invite", "busy": "calendars import",
    "feed": "calendars feed", "export-resident": "residents export", "erase-resident": "residents erase",
    "erasures": "residents erasures", "repeat-erasures": "residents repeat-erasures",
    "republish": "events republish", "audit": "audit",
}  # fmt: skip

admin = former_group("loket-admin", NAMES)


def configure_arguments(arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The new command for the arguments of `loket-configure`, whose option --diff is a command of its own."""
    if "--diff" not in arguments:
        return "config load", list(arguments)
    unused = ("--diff", "--if-absent", "--confirm")
    return "config diff", [each for each in arguments if each not in unused]


configure = former_command("loket-configure", configure_arguments)
