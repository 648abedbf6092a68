"""The commands of release 0.1, such as `loket-admin`, which call `loket` for one more release."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

#: the options of the former groups that have a value; they came before the name of the command
WITH_VALUE = ("--amqp-uri", "--mongo-uri", "--who", "--database")


def translate(former: Mapping[str, str], arguments: Sequence[str]) -> tuple[str, list[str]]:
    """The new command for the arguments of a former group, and its own arguments.

    `former`: the new name of each command of the group. Without a known command, the help of all commands.
    """
    options, rest = [], list(arguments)
    while rest and rest[0].startswith("-"):
        options.append(rest.pop(0))
        if options[-1] in WITH_VALUE and rest:
            options.append(rest.pop(0))
    if not rest or rest[0] not in former:
        return "", ["--help"]
    return former[rest[0]], [*options, *rest[1:]]


def former_group(name: str, former: Mapping[str, str]) -> Callable[[], None]:
    """The program `name` of release 0.1, a group of commands. `former`: the new name of each."""
    return former_command(name, lambda arguments: translate(former, arguments))


def former_command(name: str, new: Callable[[Sequence[str]], tuple[str, list[str]]]) -> Callable[[], None]:
    """The program `name` of release 0.1. `new`: the new command for its arguments, and the arguments of that."""

    def main() -> None:
        from .root import main as loket

        command, arguments = new(sys.argv[1:])
        click.echo(f"{name} works for one more release. Use: {f'loket {command}'.strip()}", err=True)
        loket(args=[*command.split(), *arguments], prog_name="loket")

    return main


def moved(command: click.Command, new: str) -> click.Command:
    """A command of `loket` under its former name. `new`: its name now, such as `local up`."""
    former = copy.copy(command)
    former.hidden, former.callback = True, _with_note(command, new)
    return former


def _with_note(command: click.Command, new: str) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        click.echo(f"This name works for one more release. Use: loket {new}", err=True)
        assert command.callback is not None
        return command.callback(*args, **kwargs)

    return run
