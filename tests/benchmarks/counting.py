"""The processor time that reporting and mongod spend on the events of bookings, at a steady pace and all at once."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from kombu import Connection
from pymongo import MongoClient
from rich.table import Table

from loket_chassis.messaging import exchanges
from loket_contracts import events
from loket_contracts.envelope import Event
from loket_local.stack import Stack

from .soak import cpu_seconds

PACES = (20, 200)
#: seconds to wait after the start, and to measure what idle processes spend
SETTLE, IDLE = 15, 15
DAYS, TEAMS, TYPES, LOCATIONS = 60, 4, 12, 3


def counting(stack: Stack, bookings: int) -> Table:
    """Publish a booking and a sent message, `bookings` times at each pace, and once without a pause.

    What the processes spend while nothing happens is subtracted.
    """
    assert stack.servers is not None
    reporting, mongod = stack.components["reporting"].child, stack.servers.database.process
    assert reporting is not None
    processes = reporting.process.pid, mongod.process.pid
    table = Table("bookings a second", "reporting, ms CPU each", "mongod, ms CPU each", "until counted, s")
    _spent(processes, partial(time.sleep, SETTLE))
    idle = [spent / IDLE for spent in _spent(processes, partial(time.sleep, IDLE))]
    for number, pace in enumerate((*PACES, 0)):
        waited = [0.0]
        began = time.perf_counter()
        spent = _spent(processes, partial(_book, stack, f"c{number}", bookings, pace, waited))
        seconds = time.perf_counter() - began
        each = [1000 * (busy - rest * seconds) / bookings for busy, rest in zip(spent, idle, strict=True)]
        table.add_row(str(pace or "all at once"), *(f"{ms:.2f}" for ms in each), f"{waited[0]:.1f}")
    table.caption = "idle: " + " and ".join(f"{1000 * rest:.0f} ms a second" for rest in idle)
    return table


def _spent(processes: Sequence[int], work: Callable[[], object]) -> list[float]:
    """Seconds of processor time of each process during `work`."""
    before = [cpu_seconds(each) for each in processes]
    work()
    return [cpu_seconds(each) - earlier for each, earlier in zip(processes, before, strict=True)]


def _book(stack: Stack, municipality: str, bookings: int, pace: int, waited: list[float]) -> None:
    """Publish the events, and wait until they are counted."""
    assert stack.servers is not None
    began = time.perf_counter()
    with Connection(stack.servers.amqp_uri) as connection:
        for step, both in enumerate(_bookings(municipality, bookings)):
            for event, name in zip(both, ("booking.events", "notification.events"), strict=True):
                for _ in exchanges.publish_events(connection.default_channel, [event], exchanges.exchange(name)):
                    pass
            if pace:
                time.sleep(max(0.0, began + (step + 1) / pace - time.perf_counter()))
    published = time.perf_counter()
    _wait_until_counted(stack.servers.mongo_uri, municipality, bookings)
    waited[0] = time.perf_counter() - published


def _bookings(municipality: str, number: int) -> Iterator[tuple[Event, Event]]:
    chosen, now = random.Random(number), dt.datetime.now(dt.UTC)
    booked, sent = (events.EVENTS[name].example for name in ("appointment.booked", "notification.sent"))
    for each in range(number):
        kind, start = chosen.randrange(TYPES), now.replace(hour=9, minute=0) + dt.timedelta(chosen.randrange(DAYS))
        subject = f"{municipality}-{each}"
        where = {"team": f"team-{kind % TEAMS}", "location": f"place-{kind % LOCATIONS}"}
        data = {
            **booked, "appointment": subject, **where, "appointment_types": [f"type-{kind}"],
            "booked_at": now.isoformat(), "start": start.isoformat(),
            "end": (start + dt.timedelta(minutes=30)).isoformat(),
        }  # fmt: skip
        yield (
            events.make("appointment.booked", municipality=municipality, subject=subject, sequence=1, time=now,
                        data=data),
            events.make("notification.sent", municipality=municipality, subject=f"m-{subject}", sequence=1, time=now,
                        data={**sent, "appointment": subject}),
        )  # fmt: skip


def _wait_until_counted(mongo_uri: str, municipality: str, number: int) -> None:
    with MongoClient[dict[str, Any]](mongo_uri) as client:
        ours = {"municipality": municipality}
        kinds = [client.loket_reporting[f"{kind}_1"] for kind in ("appointments", "messages")]
        while any(
            each.count_documents(ours) < number or each.count_documents({**ours, "stale_days.0": {"$exists": True}})
            for each in kinds
        ):
            time.sleep(0.25)
