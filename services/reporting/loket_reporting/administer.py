"""`loket-report`: what an operator asks of the running reporting service. `--help` lists it."""

from __future__ import annotations

import time
from typing import Any

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from loket_chassis.messaging.cli_client import CliClient
from loket_chassis.runtime.cli_options import amqp_uri_option

ENDED = ("done", "failed", "overtaken", "died", "never")


@click.group()
@amqp_uri_option
@click.pass_context
def main(context: click.Context, amqp_uri: str) -> None:
    """Look after the figures of a running Loket."""
    context.obj = CliClient(amqp_uri, "reporting")


@main.command()
@click.pass_obj
def rebuild(asking: CliClient) -> None:
    """Make all facts and figures anew from the event logs, while the old ones stay in use until then.

    It goes on when this command is interrupted; asked again, it shows how far it is.
    """
    if not asking.ask("rebuild"):
        click.echo("A rebuild is going on already; this is how far it is.")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as shown:
        events, days = shown.add_task("events", total=None), shown.add_task("days counted", total=None)
        while True:
            found: dict[str, Any] = asking.ask("rebuilding")
            shown.update(events, completed=found["events"], total=found["of"] or None)
            shown.update(days, completed=found["days"])
            if found["state"] in ENDED:
                break
            time.sleep(0.5)
    if found["state"] != "done":
        why = f": {found['why']}" if found.get("why") else ""
        raise click.ClickException(f"The rebuild ended as {found['state']}{why}. The figures that were there stay.")
    click.echo(f"The figures follow from {found['events']} events now.")


if __name__ == "__main__":
    main()
