"""`loket-admin`: administer a running booking service. See `--help`."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import sys
from functools import partial
from typing import Any

import click
from marshmallow import ValidationError

from loket_chassis.messaging.cli_client import CliClient
from loket_chassis.messaging.exchanges import exchange, publish_events
from loket_chassis.messaging.publisher_confirms import ConfirmingChannel
from loket_chassis.runtime.cli_options import amqp_uri_option
from loket_contracts import fields
from loket_contracts.envelope import Event
from loket_contracts.events import BOOKING_EXCHANGE
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

FIRST_MOMENT = "2000-01-01T00:00:00+00:00"
#: events in one call
PAGE = 500


@click.group()
@amqp_uri_option
@click.option("--who", default=getpass.getuser, help="Your name, for the audit log.")
@click.pass_context
def main(context: click.Context, amqp_uri: str, who: str) -> None:
    """Administer the municipalities of a running Loket."""
    context.obj = CliClient(amqp_uri, Booking, who)


@main.command()
@click.argument("municipality")
@click.pass_obj
def clashes(client: CliClient[Booking], municipality: str) -> None:
    """List the appointments in conflict with hours and closures, with a proposal to move each."""
    found = client.service.clashes(municipality, _caller(client))
    named = [each["appointment"] for each in found]
    proposals = client.service.proposals(municipality, named, _caller(client)) if named else []
    by_appointment = {each["appointment"]: each for each in proposals}
    for each in found:
        proposal = by_appointment.get(each["appointment"])
        to = "no slot near"
        if proposal and proposal["start"]:
            to = f"{proposal['start']} {' '.join(proposal['resources'])}"
        click.echo(f"{each['start']}  {each['resource']:<10} {each['reason']:<14} -> {to}  {each['appointment']}")
    if not found:
        click.echo("Every appointment fits.")


@main.command()
@click.argument("municipality")
@click.argument("resource")
@click.argument("file", type=click.File())
@click.option(
    "--source",
    default="calendar",
    help="A name for this calendar; an import replaces the earlier one of the same name.",
)
@click.pass_obj
def busy(client: CliClient[Booking], municipality: str, resource: str, file: Any, source: str) -> None:
    """Import the busy times of RESOURCE from an iCalendar FILE; - is standard input."""
    taken = client.service.import_busy(municipality, resource, source, file.read(), _caller(client))
    click.echo(f"{resource}: {taken['busy_times']} busy times; {len(taken['clashes'])} appointments in conflict")
    if taken["busy_times_before"] and not taken["busy_times"]:
        click.echo(f"This calendar now has no busy times; before it had {taken['busy_times_before']}.")


@main.command()
@click.argument("municipality")
@click.argument("resource")
@click.option("--url", envvar="PUBLIC_URL", default="http://127.0.0.1:8080", help="Where the gateway is reached.")
@click.pass_obj
def feed(client: CliClient[Booking], municipality: str, resource: str, url: str) -> None:
    """Print the secret address of the agenda of RESOURCE, for a calendar program to subscribe to."""
    token = client.service.feed_token(municipality, resource, _caller(client))
    click.echo(f"{url.rstrip('/')}/api/v1/{municipality}/feeds/{token}.ics")


@main.command()
@click.argument("municipality")
@click.argument("appointment_type")
@click.option("--resource", help="Only with this specialist.")
@click.option("--file-reference", help="The case that it is about, for the specialist.")
@click.option("--days", default=30, show_default=True, help="How long the link is valid.")
@click.option("--url", envvar="PUBLIC_URL", default="http://127.0.0.1:8080", help="Where the gateway is reached.")
@click.pass_obj
def invite(client: CliClient[Booking], municipality: str, appointment_type: str, url: str, **options: Any) -> None:
    """Print a link with which a resident can book APPOINTMENT_TYPE once."""
    command = from_json(Invite, {"appointment_type": appointment_type, **options})
    made = client.service.invite(municipality, command, _caller(client))
    click.echo(f"{url.rstrip('/')}/{municipality}/uitnodiging/{made['token']}")


@main.command("export-resident")
@click.argument("municipality")
@click.argument("person")
@click.pass_obj
def export_resident(client: CliClient[Booking], municipality: str, person: str) -> None:
    """Print all stored data about a person, as JSON (GDPR, article 15).

    PERSON: an e-mail address, a number such as +32470123456, or the reference of an appointment.
    """
    json.dump(
        client.service.export_resident(municipality, person, _caller(client)), sys.stdout, indent=2, ensure_ascii=False
    )
    click.echo()


@main.command("erase-resident")
@click.argument("municipality")
@click.argument("person")
@click.confirmation_option(prompt="This cancels coming appointments and cannot be undone. Continue?")
@click.pass_obj
def erase_resident(client: CliClient[Booking], municipality: str, person: str) -> None:
    """Erase the data of a person (GDPR, article 17).

    PERSON: an e-mail address, a number such as +32470123456, or the reference of an appointment.
    """
    click.echo(f"{client.service.erase_resident(municipality, person, _caller(client))} appointments erased")


@main.command()
@click.option("--since", help="From this time on, such as 2027-01-31T00:00:00+01:00. Default: all.")
@click.pass_obj
def erasures(client: CliClient[Booking], since: str | None) -> None:
    """Print which appointments were erased, as JSON, for `repeat-erasures` after a restore.

    It has no personal data. Store it apart from the databases, as often as an erasure may be lost.
    """
    json.dump(client.service.erasures(since or FIRST_MOMENT), sys.stdout, indent=1)
    click.echo()


@main.command("repeat-erasures")
@click.argument("file", type=click.File())
@click.pass_obj
def repeat_erasures(client: CliClient[Booking], file: Any) -> None:
    """Erase again what the erasures in FILE erased, and a restored backup brought back; - is standard input."""
    try:
        listed = [each["appointments"] for each in json.load(file)]
    except (ValueError, TypeError, KeyError) as error:
        raise click.BadParameter("This is not the output of `loket-admin erasures`.", param_hint="FILE") from error
    erased = sum(client.service.repeat_erasure(each, _caller(client)) for each in listed)
    click.echo(f"{erased} appointments erased again, of {len(listed)} erasures")


@main.command()
@click.option("--since", required=True, help="From this time on, such as 2027-01-31T00:00:00+01:00.")
@click.pass_obj
def republish(client: CliClient[Booking], since: str) -> None:
    """Publish the events of booking since a time again, after a restore with an empty broker.

    Consumers handle those that they have not handled yet, and ignore the others.
    """
    try:
        moment: dt.datetime = fields.Instant().deserialize(since)
    except ValidationError as error:
        raise click.BadParameter(" ".join(error.messages), param_hint="--since") from error
    channel = ConfirmingChannel(client.amqp_uri, exchange(BOOKING_EXCHANGE))
    count, after = 0, ""
    while (page := client.service.logged_events(after, PAGE))["after"] is not None:
        after = page["after"]
        events = [event for event in map(Event.from_json, page["events"]) if event.time >= moment]
        channel.publish_all(partial(publish_events, events=events, to=exchange(BOOKING_EXCHANGE)))
        count += len(events)
    channel.close()
    click.echo(f"{count} events published again")


@main.command()
@click.argument("municipality")
@click.option("--appointment", help="Only of this appointment.")
@click.option("--most", default=50, show_default=True)
@click.pass_obj
def audit(client: CliClient[Booking], municipality: str, appointment: str | None, most: int) -> None:
    """List who read or changed data of residents, the latest first."""
    for each in client.service.audit(municipality, appointment, most)["entries"]:
        who = each["who"] or each["by"]
        click.echo(f"{each['at']}  {who:<12} {each['action']:<9} {each['appointment'] or ''} {each['detail']}")


def _caller(client: CliClient[Booking]) -> Caller:
    """The user of the command line, who works for all teams."""
    return Caller.staff(client.who, None)


if __name__ == "__main__":
    main()
