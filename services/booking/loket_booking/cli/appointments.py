"""`loket appointments`: conflicts, invitations and links."""

from __future__ import annotations

from typing import Any

import click

from loket_chassis.cli.client import CliClient, calls
from loket_chassis.cli.output import json_option, show_rows, show_value
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.message import from_json

from .staff import caller

url_option = click.option(
    "--url", envvar="PUBLIC_URL", default="http://127.0.0.1:8080", help="Where the gateway is reached (or PUBLIC_URL)."
)


@click.group(context_settings=SETTINGS)
def appointments() -> None:
    """List appointments in conflict, invite residents, and replace links."""


@appointments.command(epilog=examples("loket appointments conflicts rumst"))
@calls(Booking)
@json_option
@click.argument("municipality")
def conflicts(client: CliClient[Booking], municipality: str, as_json: bool) -> None:
    """List the appointments in conflict with hours and closures, with a proposal to move each."""
    found = client.service.clashes(municipality, caller(client))
    named = [each["appointment"] for each in found]
    proposals = client.service.proposals(municipality, named, caller(client)) if named else []
    by_appointment = {each["appointment"]: each for each in proposals}
    rows = []
    for each in found:
        proposal = by_appointment.get(each["appointment"])
        free = proposal if proposal and proposal["start"] else None
        rows.append({
            "start": each["start"], "resource": each["resource"], "reason": each["reason"],
            "proposed_start": free and free["start"], "proposed_resources": free["resources"] if free else [],
            "appointment": each["appointment"],
        })  # fmt: skip
    show_rows(rows, as_json, "Every appointment fits.")


@appointments.command(epilog=examples(
    "loket appointments invite rumst bezwaar-bespreken --file-reference OMV_2025012345"
))  # fmt: skip
@calls(Booking)
@json_option
@click.argument("municipality")
@click.argument("appointment_type")
@click.option("--resource", help="Only with this specialist.")
@click.option("--file-reference", help="The case that it is about, for the specialist.")
@click.option("--days", default=30, show_default=True, help="How long the link is valid.")
@url_option
def invite(
    client: CliClient[Booking], municipality: str, appointment_type: str, url: str, as_json: bool, **options: Any
) -> None:
    """Print a link with which a resident can book APPOINTMENT_TYPE once."""
    command = from_json(Invite, {"appointment_type": appointment_type, **options})
    made = client.service.invite(municipality, command, caller(client))
    show_value("url", f"{url.rstrip('/')}/{municipality}/uitnodiging/{made['token']}", as_json)


@appointments.command(epilog=examples("loket appointments replace-link rumst 7K3Q-9F2M"))
@calls(Booking)
@click.argument("municipality")
@click.argument("appointment")
def replace_link(client: CliClient[Booking], municipality: str, appointment: str) -> None:
    """Replace the link of APPOINTMENT (its id or reference). The earlier one shows nothing from now on.

    `loket messages resend` sends a message with the new link.
    """
    client.service.replace_link(municipality, appointment, caller(client))
    click.echo("The link is replaced. Messages that are sent from now on have the new one.")
