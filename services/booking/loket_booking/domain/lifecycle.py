"""What all lifecycles share: a table of transitions by command, and a history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.unknown_fields import PreservesUnknownFields

STAFF = frozenset({"staff", "system"})
ANYONE = frozenset({"resident", "portal"}) | STAFF


@dataclass(frozen=True)
class Transition:
    """A change of state from one of `sources` to `target`: its command, its event and the roles that may give it."""

    command: str
    sources: frozenset[str]
    target: str
    event: str
    actors: frozenset[str]


Transitions = Mapping[str, Transition]


@dataclass(frozen=True)
class Actor:
    """`role`: resident, portal, staff or system. `who`: the code of an account or key, if known."""

    role: str
    who: str | None = None


@dataclass(frozen=True)
class HistoryEntry(PreservesUnknownFields):
    """A transition that took place: its command, time, role and reason. `who`: as in `Actor`."""

    command: str
    at: dt.datetime
    by: str
    reason: str | None = None
    who: str | None = None


def transition_table(transitions: Iterable[Transition]) -> dict[str, Transition]:
    return {each.command: each for each in transitions}


def allowed_commands(
    transitions: Transitions, state: str, role: str, in_time: Callable[[str], bool] = lambda _: True
) -> list[str]:
    """The commands that this role may give in this state. `in_time`: whether a command may be given now."""
    return sorted(
        command
        for command, each in transitions.items()
        if state in each.sources and role in each.actors and in_time(command)
    )


def check_command(
    transitions: Transitions, command: str, state: str, role: str, in_time: Callable[[str], bool] = lambda _: True
) -> Transition:
    """The transition of this command, if this role may give it in this state. The caller checks whether it is in time.

    Raises Refusal: not-allowed-in-state, with the commands that are allowed now.
    """
    transition = transitions[command]
    if state not in transition.sources or role not in transition.actors:
        possible = ", ".join(allowed_commands(transitions, state, role, in_time)) or "nothing"
        raise Refusal("not-allowed-in-state", {"state": state, "allowed": possible})
    return transition
