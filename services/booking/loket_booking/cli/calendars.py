"""`loket calendars`: busy times of specialists from their calendars, and their agendas for calendar programs."""

from __future__ import annotations

from typing import Any

import click

from loket_chassis.cli.client import CliClient, calls
from loket_chassis.cli.output import json_option, show_json, show_value
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts.rpc.booking import Booking

from .appointments import url_option
from .staff import caller


@click.group(context_settings=SETTINGS)
def calendars() -> None:
    """Connect the calendars of specialists."""


@calendars.command("import", epilog=examples(
    "loket calendars import rumst ro-1 outlook.ics",
    'curl -fsS "$ICS_URL" | loket calendars import rumst ro-1 -',
))  # fmt: skip
@calls(Booking)
@json_option
@click.argument("municipality")
@click.argument("resource")
@click.argument("file", type=click.File())
@click.option(
    "--source",
    default="calendar",
    help="A name for this calendar; an import replaces the earlier one of the same name.",
)
def import_(
    client: CliClient[Booking], municipality: str, resource: str, file: Any, source: str, as_json: bool
) -> None:
    """Import the busy times of RESOURCE from an iCalendar FILE; - is standard input."""
    taken = client.service.import_busy(municipality, resource, source, file.read(), caller(client))
    if as_json:
        show_json(taken)
        return
    click.echo(f"{resource}: {taken['busy_times']} busy times; {len(taken['clashes'])} appointments in conflict")
    if taken["busy_times_before"] and not taken["busy_times"]:
        click.echo(f"This calendar now has no busy times; before it had {taken['busy_times_before']}.")


@calendars.command(epilog=examples("loket calendars feed rumst ro-1 --url https://afspraak.rumst.example"))
@calls(Booking)
@json_option
@click.argument("municipality")
@click.argument("resource")
@url_option
def feed(client: CliClient[Booking], municipality: str, resource: str, url: str, as_json: bool) -> None:
    """Print the secret address of the agenda of RESOURCE, for a calendar program to subscribe to."""
    _show_address(municipality, client.service.feed_token(municipality, resource, caller(client)), url, as_json)


@calendars.command(epilog=examples("loket calendars replace-feed rumst ro-1 --url https://afspraak.rumst.example"))
@calls(Booking)
@json_option
@click.argument("municipality")
@click.argument("resource")
@url_option
def replace_feed(client: CliClient[Booking], municipality: str, resource: str, url: str, as_json: bool) -> None:
    """Print a new secret address of the agenda of RESOURCE. The earlier one shows nothing from now on."""
    _show_address(municipality, client.service.replace_feed(municipality, resource, caller(client)), url, as_json)


def _show_address(municipality: str, token: str, url: str, as_json: bool) -> None:
    show_value("url", f"{url.rstrip('/')}/api/v1/{municipality}/feeds/{token}.ics", as_json)
