"""A simulated period: wait until it is counted, and read the raw list of what happened in it."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from loket_local.credentials import secret_of
from loket_local.stack import Stack
from tests.counted import wait_until_counted

from . import plain

IS_LONG = bool(os.environ.get("LOKET_LONG"))
#: the published figures are of whole months, so the short form reaches into the one before on any day of a month
DAYS, A_YEAR = (365, 60_000) if IS_LONG else (40, 3_500)
SILENCE = Path(__file__).parents[2] / "deploy" / "municipalities" / "voorbeeld.messages.yaml"


def play(stack: Stack, a_year: int, days: int) -> None:
    """Play `days` days of a year of `a_year` appointments, up to yesterday; notification sends no messages."""
    stack.configure_messages(SILENCE)
    environment = {**os.environ, "MONGO_URI": stack.servers.mongo_uri, "LOKET_SECRET": secret_of(stack.folder)}
    command = [sys.executable, "-m", "loket_booking.demonstration", "--appointments", str(a_year), "--days", str(days)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def wait_until_year_is_counted(stack: Stack) -> None:
    wait_until_counted(stack.servers.mongo_uri, "voorbeeld", patience=3600 if IS_LONG else 180)


def period(days=DAYS):
    today = dt.datetime.now(dt.UTC).date()
    return (today - dt.timedelta(days=days)).isoformat(), (today + dt.timedelta(days=60)).isoformat()


def raw(booking, first, last, team=None, appointment_type=None, location=None):
    def is_asked(each):
        return (
            team in (None, each["team"])
            and appointment_type in (None, *each["appointment_types"])
            and location in (None, each["location"])
        )

    visits = [each for each in plain.appointments(booking, "voorbeeld")
              if is_asked(each) and first <= plain.day(each["start"]) <= last]  # fmt: skip
    everything = booking.tickets.find({"municipality": "voorbeeld"})
    start = min([plain.day(each["start"]) for each in plain.appointments(booking, "voorbeeld")]
                + [plain.day(each["arrived_at"]) for each in everything])  # fmt: skip
    offered = sum(
        each["data"]["offered_minutes"]
        for each in newest(booking, "capacity.changed.v1")
        if max(first, start) <= each["data"]["date"] <= last and team in (None, each["data"]["team"])
    )
    tickets = [each for each in booking.tickets.find({"municipality": "voorbeeld"}) if is_asked(each)]
    samples = [each["data"] for each in newest(booking, "availability.sampled.v1")]
    thirds = [each["third_after_days"] for each in samples
              if each["third_after_days"] is not None and max(first, start) <= each["date"] <= last
              and is_asked({**each, "appointment_types": [each["appointment_type"]]})]  # fmt: skip
    return visits, offered, tickets, thirds


def newest(booking, type_):
    found = {}
    for event in booking.event_log.find({"municipality": "voorbeeld", "type": type_}).sort("sequence", 1):
        found[event["subject"]] = event
    return list(found.values())
