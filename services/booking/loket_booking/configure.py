"""`loket-configure FILE`: load a municipality's configuration into a running booking service."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click

from loket_chassis.messaging.cli_client import NoAnswer, connect, kept_as_it_is
from loket_chassis.runtime.cli_options import amqp_uri_option
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.administration_answers import ComparedConfiguration
from loket_contracts.rpc.caller import Caller


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@amqp_uri_option
@click.option("--by", default=getpass.getuser, help="Your name, stored with the version.")
@click.option("--diff", is_flag=True, help="Only show what would change.")
@click.option("--if-absent", is_flag=True, help="Load nothing when the municipality has a configuration.")
@click.option(
    "--confirm", is_flag=True, help="Allow removals to which coming appointments refer; these appointments stay."
)
def main(file: Path, amqp_uri: str, by: str, diff: bool, if_absent: bool, confirm: bool) -> None:
    """Load FILE, completely or not at all. Errors have line numbers.

    Lists the appointments in conflict with the new hours; they stay until staff move them.
    """
    text, booking = file.read_text(encoding="utf-8"), connect(amqp_uri, Booking)
    try:
        if diff:
            _show(booking.compare_configuration(text))
            return
        taken = booking.configure(text, Caller.staff(by, None), None, if_absent, confirm)
    except Refusal as refusal:
        if refusal.code == "removal-not-confirmed":
            click.echo(f"{refusal.detail} Use --confirm to load it; these appointments stay.", err=True)
        for error in refusal.errors:
            place = f"{file}:{error['line']}" if "line" in error else file
            click.echo(f"{place}: {error['pointer']}: {error['detail']}", err=True)
        sys.exit(1)
    except NoAnswer as error:
        raise click.ClickException(str(error)) from error
    if "kept" in taken:
        click.echo(kept_as_it_is(taken["municipality"], taken, f"loket-configure {file}"))
        return
    word = "is now" if taken["changed"] else "was already"
    click.echo(f"{taken['municipality']} {word} at version {taken['version']}")
    for conflict in taken["clashes"]:
        click.echo(
            f"  clashes: {conflict['start']} {conflict['resource']} ({conflict['reason']}) {conflict['appointment']}"
        )


def _show(compared: ComparedConfiguration) -> None:
    click.echo(compared["diff"] or "Nothing would change.")
    for removal in compared["removals"]:
        click.echo(f"removes {removal['section']}/{removal['name']}, to which appointments refer:")
        for each in removal["appointments"]:
            click.echo(f"  {each['start']} {each['reference'] or each['appointment']}")


if __name__ == "__main__":
    main()
