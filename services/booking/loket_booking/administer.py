"""`loket-admin`: what an operator asks of the running booking service. `--help` lists it."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

import click

from loket_chassis.messaging.cli_client import CliClient
from loket_chassis.runtime.cli_options import amqp_uri_option


@click.group()
@amqp_uri_option
@click.option("--who", default=getpass.getuser, help="Who asks; kept in the audit log.")
@click.pass_context
def main(context: click.Context, amqp_uri: str, who: str) -> None:
    """Look after the municipalities of a running Loket."""
    context.obj = CliClient(amqp_uri, "booking", who)


@main.command()
@click.argument("municipality")
@click.pass_obj
def clashes(asking: CliClient, municipality: str) -> None:
    """List the appointments that no longer fit hours and closures, with a proposal for each."""
    found = asking.ask("clashes", municipality)
    proposals = asking.ask("proposals", municipality, [each["appointment"] for each in found]) if found else []
    could_go = {each["appointment"]: each for each in proposals}
    for each in found:
        proposal = could_go.get(each["appointment"], {})
        to = f"{proposal['start']} {' '.join(proposal['resources'])}" if proposal.get("start") else "nothing near"
        click.echo(f"{each['start']}  {each['resource']:<10} {each['reason']:<14} -> {to}  {each['appointment']}")
    if not found:
        click.echo("Every appointment fits.")


@main.command()
@click.argument("municipality")
@click.argument("resource")
@click.argument("file", type=click.File())
@click.option("--source", default="calendar", help="What to call this calendar; the next import replaces this one.")
@click.pass_obj
def busy(asking: CliClient, municipality: str, resource: str, file: Any, source: str) -> None:
    """Take the busy times of RESOURCE from an iCalendar FILE, or from - for standard input."""
    taken = asking.ask("import_busy", municipality, resource, source, file.read())
    click.echo(f"{resource}: {taken['busy_times']} busy times; {len(taken['clashes'])} appointments clash")
    if taken["busy_times_before"] and not taken["busy_times"]:
        click.echo(f"This calendar has no busy times any more; it had {taken['busy_times_before']}.")


@main.command()
@click.argument("municipality")
@click.argument("resource")
@click.option("--url", envvar="PUBLIC_URL", default="http://127.0.0.1:8080", help="Where the gateway is reached.")
@click.pass_obj
def feed(asking: CliClient, municipality: str, resource: str, url: str) -> None:
    """Print the secret address of the agenda of RESOURCE, for a calendar program to subscribe to."""
    token = asking.ask("feed_token", municipality, resource)
    click.echo(f"{url.rstrip('/')}/api/v1/{municipality}/feeds/{token}.ics")


@main.command()
@click.argument("municipality")
@click.argument("appointment_type")
@click.option("--resource", help="This specialist and no other.")
@click.option("--file-reference", help="The case that it is about; the specialist sees it.")
@click.option("--days", default=30, show_default=True, help="How long it can be used.")
@click.option("--url", envvar="PUBLIC_URL", default="http://127.0.0.1:8080", help="Where the gateway is reached.")
@click.pass_obj
def invite(asking: CliClient, municipality: str, appointment_type: str, url: str, **wish: Any) -> None:
    """Print a link with which one resident can book APPOINTMENT_TYPE once."""
    made = asking.ask("invite", municipality, asking.who, {"appointment_type": appointment_type, **wish})
    click.echo(f"{url.rstrip('/')}/{municipality}/uitnodiging/{made['token']}")


@main.command("export-resident")
@click.argument("municipality")
@click.argument("person")
@click.pass_obj
def export_resident(asking: CliClient, municipality: str, person: str) -> None:
    """Print all that is kept of a person, as JSON (GDPR, article 15).

    PERSON: an e-mail address, a number such as +32470123456, or the reference of an appointment.
    """
    json.dump(asking.ask("export_resident", municipality, asking.who, person), sys.stdout, indent=2, ensure_ascii=False)
    click.echo()


@main.command("erase-resident")
@click.argument("municipality")
@click.argument("person")
@click.confirmation_option(prompt="This cancels what is to come and cannot be undone. Go on?")
@click.pass_obj
def erase_resident(asking: CliClient, municipality: str, person: str) -> None:
    """Forget a person (GDPR, article 17).

    PERSON: an e-mail address, a number such as +32470123456, or the reference of an appointment.
    """
    click.echo(f"{asking.ask('erase_resident', municipality, asking.who, person)} appointments forgotten")


@main.command()
@click.argument("municipality")
@click.option("--appointment", help="Only of this appointment.")
@click.option("--most", default=50, show_default=True)
@click.pass_obj
def audit(asking: CliClient, municipality: str, appointment: str | None, most: int) -> None:
    """List who read or changed what is known of residents, the latest first."""
    for each in asking.ask("audit", municipality, appointment, most)["entries"]:
        who = each["who"] or each["by"]
        click.echo(f"{each['at']}  {who:<12} {each['action']:<9} {each['appointment'] or ''} {each['detail']}")


if __name__ == "__main__":
    main()
