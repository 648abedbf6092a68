"""`loket-notify`: commands for operators of a running notification service. `--help` lists them."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

import click

from loket_chassis.messaging.cli_client import CliClient, NoAnswer, connect, kept_as_it_is
from loket_chassis.runtime.cli_options import amqp_uri_option
from loket_contracts.errors import Refusal
from loket_contracts.languages import LANGUAGES
from loket_contracts.rpc.notification import Notification

from .domain.kinds import CHANNELS, KINDS

KIND = click.Choice(sorted(KINDS))
LANGUAGE = click.Choice(LANGUAGES)


@click.group()
@amqp_uri_option
@click.pass_context
def main(context: click.Context, amqp_uri: str) -> None:
    """Manage the messages of a running Loket."""
    context.obj = CliClient(amqp_uri, Notification)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--by", default=getpass.getuser, help="The author of the change; stored with the version.")
@click.option("--if-absent", is_flag=True, help="Load nothing when the municipality has a plan.")
@click.pass_obj
def configure(client: CliClient[Notification], file: Path, by: str, if_absent: bool) -> None:
    """Load a municipality's message plan from FILE, whole or not at all."""
    try:
        taken = connect(client.amqp_uri, Notification).configure(file.read_text(encoding="utf-8"), by, if_absent)
    except Refusal as refusal:
        for error in refusal.errors:
            click.echo(f"{file}: {error['pointer']}: {error['detail']}", err=True)
        sys.exit(1)
    except NoAnswer as error:
        raise click.ClickException(str(error)) from error
    if "kept" in taken:
        again = f"loket-notify configure {file}"
        click.echo(kept_as_it_is(f"The message plan of {taken['municipality']}", taken, again))
        return
    click.echo(f"The messages of {taken['municipality']} are now at version {taken['version']}.")


@main.command()
@click.argument("municipality")
@click.argument("kind", type=KIND)
@click.option("--language", type=LANGUAGE, help="Default: the first language of the municipality.")
@click.option("--html", is_flag=True, help="The HTML part of the e-mail, to open in a browser.")
@click.pass_obj
def preview(client: CliClient[Notification], municipality: str, kind: str, language: str | None, html: bool) -> None:
    """Show a message as it would be sent to a fictitious resident."""
    shown = client.service.preview(municipality, kind, language)
    if html:
        click.echo(shown["html"])
        return
    click.echo(f"Subject: {shown['subject']}\n\n{shown['text'].strip()}\n")
    if shown["sms"]:
        click.echo(f"SMS ({shown['encoding']}, {shown['segments']} segments): {shown['sms']}")


@main.command("test-send")
@click.argument("municipality")
@click.argument("kind", type=KIND)
@click.argument("channel", type=click.Choice(CHANNELS))
@click.argument("to")
@click.option("--language", type=LANGUAGE, help="Default: the first language of the municipality.")
@click.pass_obj
def test_send(
    client: CliClient[Notification], municipality: str, kind: str, channel: str, to: str, language: str | None
) -> None:
    """Send a preview to an address or number of your own."""
    sent = client.service.send_test(municipality, kind, language, channel, to)
    click.echo(f"Accepted by {sent['provider']}.")


@main.command()
@click.argument("municipality")
@click.argument("appointment")
@click.pass_obj
def messages(client: CliClient[Notification], municipality: str, appointment: str) -> None:
    """List the messages about an appointment, sent and planned."""
    found = client.service.messages(municipality, appointment)
    for each in found:
        at = each["settled_at"] or each["next_at"] or each["due_at"]
        reason = f"  ({each['reason']})" if each["reason"] else ""
        click.echo(f"{at[:19]}  {each['channel']:<6} {each['kind']:<16} {each['state']}{reason}")
        click.echo(f"{'':21}{each['message']}")
    if not found:
        click.echo("No message was planned about this appointment.")


@main.command()
@click.argument("municipality")
@click.option("--hours", default=24, show_default=True)
@click.pass_obj
def failures(client: CliClient[Notification], municipality: str, hours: int) -> None:
    """List the messages that could not be sent."""
    found = client.service.failures(municipality, hours)
    for each in found:
        at = each["settled_at"] or each["due_at"]
        click.echo(f"{at[:19]}  {each['channel']:<6} {each['reason']}  {each['message']}")
    if not found:
        click.echo(f"Nothing failed in the last {hours} hours.")


@main.command()
@click.argument("municipality")
@click.argument("message")
@click.pass_obj
def resend(client: CliClient[Notification], municipality: str, message: str) -> None:
    """Send a message again, unless it has expired."""
    client.service.resend(municipality, message)
    click.echo("It will be sent now.")


@main.command()
@click.argument("municipality")
@click.pass_obj
def unwanted(client: CliClient[Notification], municipality: str) -> None:
    """List the suppressed recipients: unsubscribed or unreachable. They are listed by mark, never by address."""
    found = client.service.unwanted(municipality)
    for each in found:
        click.echo(f"{each['at'][:19]}  {each['channel']:<6} {each['why']:<12} {each['mark']}")
    if not found:
        click.echo("None.")


@main.command("want-again")
@click.argument("mark")
@click.argument("channel", type=click.Choice(CHANNELS))
@click.pass_obj
def want_again(client: CliClient[Notification], mark: str, channel: str) -> None:
    """Remove a recipient from that list."""
    click.echo("Done." if client.service.want_again(mark, channel) else "They were not on it.")


if __name__ == "__main__":
    main()
