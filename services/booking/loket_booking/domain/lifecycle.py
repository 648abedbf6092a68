"""What every life cycle here has: commands in a table, and a history of who did what, when and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from loket_contracts.errors import Refusal

STAFF = frozenset({"staff", "system"})
ANYONE = frozenset({"resident", "portal"}) | STAFF


@dataclass(frozen=True)
class Command:
    """What can be done: from which states, to which one, what it is told as, and who may do it."""

    name: str
    sources: frozenset[str]
    target: str
    event: str
    actors: frozenset[str]


Table = Mapping[str, Command]


@dataclass(frozen=True)
class Actor:
    """Who does something: `role` is resident, portal, staff or system, `who` the code of a staff account if known."""

    role: str
    who: str | None = None


@dataclass(frozen=True)
class Transition:
    """One step of a life: what was done, when, by whom and why."""

    command: str
    at: dt.datetime
    by: str
    reason: str | None = None
    who: str | None = None


def table(commands: Iterable[Command]) -> dict[str, Command]:
    return {command.name: command for command in commands}


def allowed(commands: Table, state: str, role: str, in_time: Callable[[str], bool] = lambda _: True) -> list[str]:
    """The commands that this role may give in this state, by name. `in_time`: whether a command can be true now."""
    return sorted(c.name for c in commands.values() if state in c.sources and role in c.actors and in_time(c.name))


def check(
    commands: Table, name: str, state: str, role: str, in_time: Callable[[str], bool] = lambda _: True
) -> Command:
    """The command, if this role may give it in this state; whether it is in time is for the caller to check.

    Raises Refusal: not-allowed-in-state, naming those that may be given now.
    """
    command = commands[name]
    if state not in command.sources or role not in command.actors:
        possible = ", ".join(allowed(commands, state, role, in_time)) or "nothing"
        raise Refusal("not-allowed-in-state", {"state": state, "allowed": possible})
    return command
