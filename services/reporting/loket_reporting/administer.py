"""`loket-report`: commands for operators of a running reporting service. `--help` lists them."""

from __future__ import annotations

import time

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from loket_chassis.messaging.cli_client import CliClient
from loket_chassis.runtime.cli_options import amqp_uri_option
from loket_contracts.rpc.reporting import Reporting

ENDED = ("done", "failed", "overtaken", "died", "never")


@click.group()
@amqp_uri_option
@click.pass_context
def main(context: click.Context, amqp_uri: str) -> None:
    """Manage the figures of a running Loket."""
    context.obj = CliClient(amqp_uri, Reporting)


@main.command()
@click.pass_obj
def rebuild(client: CliClient[Reporting]) -> None:
    """Rebuild all facts and figures from the event logs; the old ones stay in use until the end.

    The rebuild continues when this command is interrupted; run it again to see the progress.
    """
    if not client.service.rebuild():
        click.echo("A rebuild is running already; this is its progress.")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns) as shown:
        events, days = shown.add_task("events", total=None), shown.add_task("days counted", total=None)
        while True:
            found = client.service.rebuilding()
            shown.update(events, completed=found["events"], total=found["of"] or None)
            shown.update(days, completed=found["days"])
            if found["state"] in ENDED:
                break
            time.sleep(0.5)
    if found["state"] != "done":
        why = f": {found['why']}" if found.get("why") else ""
        raise click.ClickException(f"The rebuild ended as {found['state']}{why}. The old figures stay in use.")
    click.echo(f"The figures were rebuilt from {found['events']} events.")


if __name__ == "__main__":
    main()
