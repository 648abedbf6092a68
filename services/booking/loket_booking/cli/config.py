"""`loket config`: load a municipality's configuration into a running booking service."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from loket_chassis.cli.client import connect, left_unchanged, refused_file, who_option
from loket_chassis.cli.options import amqp_uri_option
from loket_chassis.cli.output import json_option, show_json
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.administration_answers import ComparedConfiguration
from loket_contracts.rpc.caller import Caller

F = TypeVar("F", bound=Callable[..., Any])
file_argument = click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.group(context_settings=SETTINGS)
def config() -> None:
    """Load and compare the configuration of municipalities."""


def _with_errors_by_line(command: F) -> F:
    @wraps(command)
    def run(file: Path, **arguments: Any) -> None:
        try:
            command(file, **arguments)
        except Refusal as refusal:
            if refusal.code == "removal-not-confirmed":
                raise refused_file(file, refusal, "Use --confirm to load it; these appointments stay.") from refusal
            raise refused_file(file, refusal) from refusal

    return run  # type: ignore[return-value]


@config.command(epilog=examples(
    "loket config load rumst.yaml",
    "loket config load rumst.yaml --if-absent   # for a script that runs at every start",
    "loket config load rumst.yaml --confirm     # also when coming appointments refer to what is removed",
))  # fmt: skip
@amqp_uri_option
@who_option
@json_option
@click.option("--if-absent", is_flag=True, help="Load nothing when the municipality has a configuration.")
@click.option(
    "--confirm", is_flag=True, help="Allow removals to which coming appointments refer; these appointments stay."
)
@file_argument
@_with_errors_by_line
def load(file: Path, amqp_uri: str, who: str, if_absent: bool, confirm: bool, as_json: bool) -> None:
    """Load FILE, completely or not at all. Errors have line numbers.

    Lists the appointments in conflict with the new hours; they stay until staff move them.
    """
    text = file.read_text(encoding="utf-8")
    taken = connect(amqp_uri, Booking).configure(text, Caller.staff(who, None), None, if_absent, confirm)
    if as_json:
        show_json(taken)
        return
    if "kept" in taken:
        click.echo(left_unchanged(taken["municipality"], taken, f"loket config load {file}"))
        return
    word = "is now" if taken["changed"] else "was already"
    click.echo(f"{taken['municipality']} {word} at version {taken['version']}")
    for conflict in taken["clashes"]:
        click.echo(
            f"  clashes: {conflict['start']} {conflict['resource']} ({conflict['reason']}) {conflict['appointment']}"
        )


@config.command(epilog=examples("loket config check rumst.yaml"))
@file_argument
@_with_errors_by_line
def check(file: Path) -> None:
    """Check FILE without a running service. Errors have line numbers."""
    from ..configuration.reader import read_configuration

    municipality = read_configuration(file.read_text(encoding="utf-8"))
    click.echo(f"{file} is a valid configuration of {municipality.id}")


@config.command(epilog=examples("loket config diff rumst.yaml"))
@amqp_uri_option
@json_option
@file_argument
@_with_errors_by_line
def diff(file: Path, amqp_uri: str, as_json: bool) -> None:
    """Show what loading FILE would change, and which coming appointments refer to what is removed."""
    compared = connect(amqp_uri, Booking).compare_configuration(file.read_text(encoding="utf-8"))
    if as_json:
        show_json(compared)
    else:
        _show(compared)


@config.command(epilog=examples("loket config schema > municipality.schema.json"))
def schema() -> None:
    """Print the JSON Schema of a municipality's file, for editors.

    A first line `# yaml-language-server: $schema=municipality.schema.json` lets an editor complete and check the file.
    """
    from ..configuration.json_schema import json_schema

    show_json(json_schema())


def _show(compared: ComparedConfiguration) -> None:
    click.echo(compared["diff"] or "Nothing would change.")
    for removal in compared["removals"]:
        click.echo(f"removes {removal['section']}/{removal['name']}, to which appointments refer:")
        for each in removal["appointments"]:
            click.echo(f"  {each['start']} {each['reference'] or each['appointment']}")
