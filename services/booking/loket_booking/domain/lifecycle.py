"""What all lifecycles share: a table of commands, and a history of transitions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from loket_contracts.errors import Refusal

STAFF = frozenset({"staff", "system"})
ANYONE = frozenset({"resident", "portal"}) | STAFF


@dataclass(frozen=True)
class Command:
    """A transition from one of `sources` to `target`, with its event and the roles that may give it."""

    name: str
    sources: frozenset[str]
    target: str
    event: str
    actors: frozenset[str]


Table = Mapping[str, Command]


@dataclass(frozen=True)
class Actor:
    """`role`: resident, portal, staff or system. `who`: the code of an account or key, if known."""

    role: str
    who: str | None = None


@dataclass(frozen=True)
class Transition:
    """One step in the history: the command, its time, role and reason. `who`: as in `Actor`."""

    command: str
    at: dt.datetime
    by: str
    reason: str | None = None
    who: str | None = None


def command_table(commands: Iterable[Command]) -> dict[str, Command]:
    return {command.name: command for command in commands}


def allowed_commands(
    commands: Table, state: str, role: str, in_time: Callable[[str], bool] = lambda _: True
) -> list[str]:
    """The names of the commands that this role may give in this state. `in_time`: whether a command is possible now."""
    return sorted(c.name for c in commands.values() if state in c.sources and role in c.actors and in_time(c.name))


def check_command(
    commands: Table, name: str, state: str, role: str, in_time: Callable[[str], bool] = lambda _: True
) -> Command:
    """The command, if this role may give it in this state. The caller checks whether it is in time.

    Raises Refusal: not-allowed-in-state, with the commands that are allowed now.
    """
    command = commands[name]
    if state not in command.sources or role not in command.actors:
        possible = ", ".join(allowed_commands(commands, state, role, in_time)) or "nothing"
        raise Refusal("not-allowed-in-state", {"state": state, "allowed": possible})
    return command
