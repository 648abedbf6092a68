"""`loket messages`: the message plan of a municipality, and its messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from loket_chassis.cli.client import CliClient, calls, connect, left_unchanged, refused_file, who_option
from loket_chassis.cli.options import amqp_uri_option
from loket_chassis.cli.output import json_option, show_json, show_rows
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts.errors import Refusal
from loket_contracts.languages import LANGUAGES
from loket_contracts.rpc.notification import Notification

from ..domain.kinds import CHANNELS, KINDS

kind_argument = click.argument("kind", type=click.Choice(sorted(KINDS)))
language_option = click.option(
    "--language", type=click.Choice(LANGUAGES), help="Default: the first language of the municipality."
)


@click.group(context_settings=SETTINGS)
def messages() -> None:
    """Manage the messages of a running Loket."""


@messages.command("load-plan", epilog=examples(
    "loket messages load-plan rumst.messages.yaml",
    "loket messages load-plan rumst.messages.yaml --if-absent   # for a script that runs at every start",
))  # fmt: skip
@amqp_uri_option
@who_option
@json_option
@click.option("--if-absent", is_flag=True, help="Load nothing when the municipality has a plan.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def load_plan(file: Path, amqp_uri: str, who: str, if_absent: bool, as_json: bool) -> None:
    """Load a municipality's message plan from FILE, whole or not at all."""
    try:
        taken = connect(amqp_uri, Notification).configure(file.read_text(encoding="utf-8"), who, if_absent)
    except Refusal as refusal:
        raise refused_file(file, refusal) from refusal
    if as_json:
        show_json(taken)
    elif "kept" in taken:
        again = f"loket messages load-plan {file}"
        click.echo(left_unchanged(f"The message plan of {taken['municipality']}", taken, again))
    else:
        click.echo(f"The messages of {taken['municipality']} are now at version {taken['version']}.")


@messages.command(epilog=examples("loket messages preview rumst reminder --language fr"))
@calls(Notification)
@json_option
@click.argument("municipality")
@kind_argument
@language_option
@click.option("--html", is_flag=True, help="The HTML part of the e-mail, to open in a browser.")
def preview(
    client: CliClient[Notification], municipality: str, kind: str, language: str | None, html: bool, as_json: bool
) -> None:
    """Show a message as it would be sent to a fictitious resident."""
    shown = client.service.preview(municipality, kind, language)
    if as_json:
        show_json(shown)
    elif html:
        click.echo(shown["html"])
    else:
        click.echo(f"Subject: {shown['subject']}\n\n{shown['text'].strip()}\n")
        if shown["sms"]:
            click.echo(f"SMS ({shown['encoding']}, {shown['segments']} segments): {shown['sms']}")


@messages.command("test-send", epilog=examples("loket messages test-send rumst confirmation email you@rumst.example"))
@calls(Notification)
@click.argument("municipality")
@kind_argument
@click.argument("channel", type=click.Choice(CHANNELS))
@click.argument("to")
@language_option
def test_send(
    client: CliClient[Notification], municipality: str, kind: str, channel: str, to: str, language: str | None
) -> None:
    """Send a preview to an address or number of your own."""
    sent = client.service.send_test(municipality, kind, language, channel, to)
    click.echo(f"Accepted by {sent['provider']}.")


@messages.command("list", epilog=examples("loket messages list rumst 5e0cbf6a..."))
@calls(Notification)
@json_option
@click.argument("municipality")
@click.argument("appointment")
def list_(client: CliClient[Notification], municipality: str, appointment: str, as_json: bool) -> None:
    """List the messages about an appointment, sent and planned."""
    found = client.service.messages(municipality, appointment)
    rows = [
        {"at": _at(each), "channel": each["channel"], "kind": each["kind"], "state": each["state"],
         "reason": each["reason"], "message": each["message"]}
        for each in found
    ]  # fmt: skip
    show_rows(rows, as_json, "No message was planned about this appointment.")


@messages.command(epilog=examples("loket messages failures rumst --hours 72 --json"))
@calls(Notification)
@json_option
@click.argument("municipality")
@click.option("--hours", default=24, show_default=True, help="How far back.")
def failures(client: CliClient[Notification], municipality: str, hours: int, as_json: bool) -> None:
    """List the messages that could not be sent."""
    rows = [
        {"at": _at(each), "channel": each["channel"], "reason": each["reason"], "message": each["message"]}
        for each in client.service.failures(municipality, hours)
    ]
    show_rows(rows, as_json, f"Nothing failed in the last {hours} hours.")


@messages.command(epilog=examples("loket messages resend rumst 5e0cbf6a...:1:confirmation:email"))
@calls(Notification)
@click.argument("municipality")
@click.argument("message")
def resend(client: CliClient[Notification], municipality: str, message: str) -> None:
    """Send a message again, unless it has expired."""
    client.service.resend(municipality, message)
    click.echo("It will be sent now.")


@messages.command(epilog=examples("loket messages suppressions rumst"))
@calls(Notification)
@json_option
@click.argument("municipality")
def suppressions(client: CliClient[Notification], municipality: str, as_json: bool) -> None:
    """List the suppressed recipients: unsubscribed or unreachable. They are listed by mark, never by address."""
    rows = [
        {"at": each["at"][:19], "channel": each["channel"], "reason": each["why"], "mark": each["mark"]}
        for each in client.service.unwanted(municipality)
    ]
    show_rows(rows, as_json, "None.")


@messages.command("remove-suppression", epilog=examples("loket messages remove-suppression MARK email"))
@calls(Notification)
@click.argument("mark")
@click.argument("channel", type=click.Choice(CHANNELS))
def remove_suppression(client: CliClient[Notification], mark: str, channel: str) -> None:
    """Remove a recipient from that list."""
    click.echo("Done." if client.service.want_again(mark, channel) else "They were not on it.")


def _at(message: Any) -> str:
    at: str = message["settled_at"] or message.get("next_at") or message["due_at"]
    return at[:19]
