"""`loket residents`: export and erase the data of a person (GDPR). `loket audit`: who read or changed it."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

from loket_chassis.cli.client import CliClient, calls
from loket_chassis.cli.output import json_option, show_rows
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts.rpc.booking import Booking

from .staff import caller

FIRST_MOMENT = "2000-01-01T00:00:00+00:00"


@click.group(context_settings=SETTINGS)
def residents() -> None:
    """Export and erase the data of a person.

    PERSON: an e-mail address, a number such as +32470123456, or the reference of an appointment.
    """


@residents.command(epilog=examples("loket residents export rumst lieve@example.org > lieve.json"))
@calls(Booking)
@click.argument("municipality")
@click.argument("person")
def export(client: CliClient[Booking], municipality: str, person: str) -> None:
    """Print all stored data about a person, as JSON (GDPR, article 15).

    PERSON: an e-mail address, a number such as +32470123456, or the reference of an appointment.
    """
    found = client.service.export_resident(municipality, person, caller(client))
    json.dump(found, sys.stdout, indent=2, ensure_ascii=False)
    click.echo()


@residents.command(epilog=examples(
    "loket residents erase rumst lieve@example.org",
    "loket residents erase rumst +32470123456   # a resident who left a number and no address",
    "loket residents erase rumst 7K3Q-9F2M      # the resident of this appointment",
))  # fmt: skip
@calls(Booking)
@click.argument("municipality")
@click.argument("person")
@click.confirmation_option(prompt="This cancels coming appointments and cannot be undone. Continue?")
def erase(client: CliClient[Booking], municipality: str, person: str) -> None:
    """Erase the data of a person (GDPR, article 17).

    PERSON: an e-mail address, a number such as +32470123456, or the reference of an appointment.
    """
    click.echo(f"{client.service.erase_resident(municipality, person, caller(client))} appointments erased")


@residents.command(epilog=examples("loket residents erasures > /elsewhere/erasures.json"))
@calls(Booking)
@click.option("--since", help="From this time on, such as 2027-01-31T00:00:00+01:00. Default: all.")
def erasures(client: CliClient[Booking], since: str | None) -> None:
    """Print which appointments were erased, as JSON, for `repeat-erasures` after a restore.

    It has no personal data. Store it apart from the databases, as often as an erasure may be lost.
    """
    json.dump(client.service.erasures(since or FIRST_MOMENT), sys.stdout, indent=1)
    click.echo()


@residents.command("repeat-erasures", epilog=examples("loket residents repeat-erasures /elsewhere/erasures.json"))
@calls(Booking)
@click.argument("file", type=click.File())
def repeat_erasures(client: CliClient[Booking], file: Any) -> None:
    """Erase again what the erasures in FILE erased, and a restored backup brought back; - is standard input."""
    try:
        listed = [each["appointments"] for each in json.load(file)]
    except (ValueError, TypeError, KeyError) as error:
        raise click.BadParameter("This is not the output of `loket residents erasures`.", param_hint="FILE") from error
    erased = sum(client.service.repeat_erasure(each, caller(client)) for each in listed)
    click.echo(f"{erased} appointments erased again, of {len(listed)} erasures")


@click.command(epilog=examples(
    "loket audit rumst", "loket audit rumst --appointment 5e0cbf6a... --json"
), context_settings=SETTINGS)  # fmt: skip
@calls(Booking)
@json_option
@click.argument("municipality")
@click.option("--appointment", help="Only of this appointment.")
@click.option("--most", default=50, show_default=True, help="At most this many.")
def audit(client: CliClient[Booking], municipality: str, appointment: str | None, most: int, as_json: bool) -> None:
    """List who read or changed data of residents, the latest first."""
    rows = [
        {"at": each["at"], "who": each["who"] or each["by"], "action": each["action"],
         "appointment": each["appointment"], "detail": each["detail"]}
        for each in client.service.audit(municipality, appointment, most)["entries"]
    ]  # fmt: skip
    show_rows(rows, as_json, "No data of residents was read or changed.")
