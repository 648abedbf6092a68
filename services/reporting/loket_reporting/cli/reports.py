"""`loket reports`: rebuild the figures."""

from __future__ import annotations

import time

import click

from loket_chassis.cli.client import CliClient, calls
from loket_chassis.cli.errors import CommandFailed
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts.rpc.reporting import Reporting

ENDED = ("done", "failed", "overtaken", "died", "never")


@click.group(context_settings=SETTINGS)
def reports() -> None:
    """Manage the figures of a running Loket."""


@reports.command(epilog=examples("loket reports rebuild"))
@calls(Reporting)
def rebuild(client: CliClient[Reporting]) -> None:
    """Rebuild all facts and figures from the event logs; the old ones stay in use until the end.

    The rebuild continues when this command is interrupted; run it again to see the progress.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

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
        raise CommandFailed(
            f"The rebuild ended as {found['state']}{why}. The old figures stay in use.",
            "The log of reporting has the error; run the command again after you mended the cause.",
        )
    click.echo(f"The figures were rebuilt from {found['events']} events.")
