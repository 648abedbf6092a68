"""`loket reports`: rebuild the figures."""

from __future__ import annotations

import time
from typing import TextIO

import click

from loket_chassis.cli.client import CliClient, calls, who_option
from loket_chassis.cli.errors import CommandFailed
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts.rpc.reporting import Reporting

ENDED = ("done", "failed", "overtaken", "died", "never")


@click.group(context_settings=SETTINGS)
def reports() -> None:
    """Manage the figures of a running Loket."""


@reports.command(
    epilog=examples("loket reports baseline rumst --file counters.csv", "loket reports baseline rumst --weeks 8")
)
@click.argument("municipality")
@click.option(
    "--file", "csv", type=click.File("r", encoding="utf-8-sig"), help="CSV with the columns figure and value."
)
@click.option("--weeks", type=int, help="The first weeks of Loket are the baseline.")
@who_option
@calls(Reporting)
def baseline(client: CliClient[Reporting], municipality: str, csv: TextIO | None, weeks: int | None, who: str) -> None:
    """Set the baseline of the figures: the values from before Loket, or its first weeks. Without either, remove it."""
    if csv is not None and weeks is not None:
        raise click.UsageError("Give --file or --weeks, not both.")
    stored = client.service.set_baseline(municipality, who, csv.read() if csv else None, weeks)
    if stored["weeks"]:
        click.echo(f"The baseline of {municipality} is its first {stored['weeks']} weeks.")
    else:
        click.echo(f"The baseline of {municipality} has {len(stored['baseline'])} figures.")


@reports.command(epilog=examples("loket reports targets rumst on_time_share=90 no_show_share=4"))
@click.argument("municipality")
@click.argument("targets", nargs=-1, metavar="[FIGURE=VALUE]...")
@who_option
@calls(Reporting)
def targets(client: CliClient[Reporting], municipality: str, targets: tuple[str, ...], who: str) -> None:
    """Set the targets of the figures, instead of those that were set before."""
    if wrong := next((each for each in targets if "=" not in each), None):
        raise click.UsageError(f"Write a target as FIGURE=VALUE, not as {wrong}.")
    pairs = dict(each.split("=", 1) for each in targets)
    stored = client.service.set_targets(municipality, who, pairs)
    click.echo(f"{municipality} has {len(stored['targets'])} targets.")


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
