"""`python -m loket_booking.demonstration` simulates a year in the database of a running booking service."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()  # before pymongo is imported

import datetime as dt  # noqa: E402
from collections import Counter  # noqa: E402

import click  # noqa: E402
from pymongo import MongoClient  # noqa: E402
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: E402

from loket_chassis.cli.options import mongo_uri_option, setting_option  # noqa: E402

from ..settings import BookingSettings  # noqa: E402
from .play import Year  # noqa: E402


@click.command()
@mongo_uri_option
@click.option("--database", envvar="MONGO_DATABASE", default="loket_booking", show_default=True)
@setting_option("--secret", BookingSettings, "loket_secret", help="The LOKET_SECRET of the booking service.")
@click.option("--appointments", default=60_000, show_default=True, help="Approximate number per year.")
@click.option("--days", default=365, show_default=True, help="Number of days, until yesterday.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same data.")
def main(mongo_uri: str, database: str, secret: str, appointments: int, days: int, seed: int) -> None:
    """Simulate a year of the fictitious municipality `voorbeeld` with the real use cases.

    The booking service must be running: it publishes the events.
    """
    client: MongoClient[dict[str, object]] = MongoClient(mongo_uri, tz_aware=True, w="majority", journal=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} of {task.total} days"),
        TextColumn("{task.fields[booked]} booked"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns) as shown:
        task = shown.add_task("a year of Voorbeeld", total=days, booked=0)

        def show_progress(_: dt.date, done: Counter[str]) -> None:
            shown.update(task, advance=1, booked=done["booked"])

        today = dt.datetime.now(dt.UTC).date()
        done = Year(client[database], secret, appointments, today, days, seed, show_progress).play()
    for what, number in sorted(done.items()):
        click.echo(f"{number:8}  {what}")


if __name__ == "__main__":
    main()
