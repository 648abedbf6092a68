"""`loket race`: many clients book one slot at the same time, over plain HTTP.

It speaks the interface of Loket and both portal dialects, so that a municipality can also try its current system.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import click
import requests
from rich.console import Console
from rich.table import Table

from loket_chassis.cli.output import json_option
from loket_chassis.cli.text import SETTINGS, examples

from .race_interfaces import INTERFACES, PATHS, Choice, Interface

console = Console(highlight=False)


@dataclass(frozen=True)
class Outcome:
    """What one client got. `booked`: an identifier to cancel with, None when refused. `answered`: readably."""

    booked: str | None
    text: str
    seconds: float
    answered: bool


def run(interface: Interface, choice: Choice, start: str, clients: int) -> list[Outcome]:
    """Let all clients book at the same time, each over a connection of its own."""
    all_ready = threading.Barrier(clients)

    def book_once(number: int) -> Outcome:
        with requests.Session() as session:
            all_ready.wait()
            began, answered = time.monotonic(), True
            try:
                booked, text = interface.book(session, choice, start, number)
            except (requests.RequestException, KeyError, TypeError) as error:
                booked, text, answered = None, f"no answer that can be read: {type(error).__name__}", False
            return Outcome(booked, text, time.monotonic() - began, answered)

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(book_once, range(clients)))


def cancel_all(interface: Interface, identifiers: list[str]) -> list[str]:
    """Cancel appointments. Returns those that could not be cancelled."""
    failed = []
    for identifier in identifiers:
        try:
            interface.cancel(identifier)
        except (click.ClickException, requests.RequestException):
            failed.append(identifier)
    return failed


@click.command(context_settings=SETTINGS, epilog=examples(
    "loket race --url http://127.0.0.1:8080 --type bouwadvies --location gemeentehuis --clients 50",
))  # fmt: skip
@click.option("--url", required=True, help="The address of the system, such as http://127.0.0.1:8080.")
@click.option("--municipality", default="rumst", show_default=True, help="The municipality; part of the default path.")
@click.option("--interface", type=click.Choice(list(INTERFACES)), default="loket", show_default=True)
@click.option("--path", help="The path of the interface below the URL. Needed for a system other than Loket.")
@click.option("--key", default="", envvar="LOKET_KEY", help="An API key; the two portal dialects need one.")
@click.option("--type", "appointment_type", required=True, help="The appointment type, service or activity.")
@click.option("--location", required=True, help="The location or branch.")
@click.option("--answers", default="{}", help="Answers to the questions of the type, as JSON.")
@click.option("--start", help="The start to book. Default: the last free one.")
@click.option(
    "--places",
    type=click.IntRange(1),
    help="Number of clients that can book the start. Default: the capacity of the last free slot, else 1.",
)
@click.option("--clients", type=click.IntRange(2, 500), default=50, show_default=True)
@click.option("--keep", is_flag=True, help="Keep what was booked instead of cancelling it.")
@json_option
def race(
    url: str, municipality: str, interface: str, path: str | None, key: str, appointment_type: str, location: str,
    answers: str, start: str | None, places: int | None, clients: int, keep: bool, as_json: bool,
) -> None:  # fmt: skip
    """Book one slot from many clients at the same time, and say how many won.

    Use a test system: each winner is a real appointment until it is cancelled, and causes messages to
    race-<number>@example.org. Exit code 1: more or fewer won than there were places, or a client got no answer.
    """
    below = path if path is not None else PATHS[interface].format(municipality)
    system: Interface = INTERFACES[interface](f"{url.rstrip('/')}/{below.strip('/')}", key)
    try:
        choice = Choice(appointment_type, location, json.loads(answers))
    except ValueError as error:
        raise click.BadParameter(f"this is not JSON: {error}", param_hint="--answers") from error
    try:
        last, capacity = system.slot(choice)
        if start is None:
            start, places = last, places or capacity
        outcomes = run(system, choice, start, clients)
        won = [outcome.booked for outcome in outcomes if outcome.booked]
        still_booked = won if keep else cancel_all(system, won)
    except requests.RequestException as error:
        raise click.ClickException(f"{url} cannot be reached: {error}") from error
    expected = min(places or 1, clients)
    silent = sum(not outcome.answered for outcome in outcomes)
    right = len(won) == len(set(won)) == expected and not silent and (keep or not still_booked)
    report = {
        "interface": interface, "start": start, "clients": clients, "places": expected, "won": len(won),
        "outcomes": dict(Counter(outcome.text for outcome in outcomes)), "without_answer": silent,
        "slowest_seconds": round(max(outcome.seconds for outcome in outcomes), 3), "still_booked": still_booked,
    }  # fmt: skip
    if as_json:
        click.echo(json.dumps(report))
    else:
        _print(report, right)
    raise SystemExit(0 if right else 1)


def _print(report: dict[str, Any], right: bool) -> None:
    table = Table("answer", "clients", title=f"{report['clients']} clients for {report['start']}")
    for text, count in sorted(report["outcomes"].items(), key=lambda pair: -pair[1]):
        table.add_row(text, str(count))
    console.print(table)
    places = "was 1 place" if report["places"] == 1 else f"were {report['places']} places"
    verdict = f"{report['won']} won; there {places}."
    console.print(f"[{'green' if right else 'red'}]{verdict}[/] The slowest answer took {report['slowest_seconds']} s.")
    left = ", ".join(report["still_booked"])
    console.print(f"Still booked: {left}" if left else "What was booked was cancelled.")
