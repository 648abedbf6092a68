"""A stretch of a year, played through the real use cases, bus and reporting: every figure is that of a plain count."""

import csv
import datetime as dt
import os
import subprocess
import sys
import time
import zipfile
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from pymongo import MongoClient

from loket_local.stack import secret_of
from tests.client import Portal, eventually

from . import plain

DAYS, A_YEAR = (365, 60_000) if os.environ.get("LOKET_LONG") else (40, 5_000)
#: so many appointments are made while everything is counted anew
MOST_BOOKED = 12
SILENCE = Path(__file__).parents[2] / "deploy" / "municipalities" / "voorbeeld.messages.yaml"
SLICES = {
    "everything": {},
    "a team": {"team": "burgers"},
    "a type": {"appointment_type": "bouwadvies"},
    "a location": {"location": "wijkhuis"},
    "a team at a location": {"team": "burgers", "location": "stadhuis"},
}


@pytest.fixture(scope="module")
def databases(stack):
    client = MongoClient(stack.servers.mongo_uri, tz_aware=True)
    return client.loket_booking, client.loket_reporting


@pytest.fixture(scope="module")
def year(stack, databases):
    """The API of the municipality, once all that happened there is counted."""
    environment = {
        **os.environ, "MONGO_URI": stack.servers.mongo_uri, "LOKET_SECRET": secret_of(stack.folder),
    }  # fmt: skip
    command = [sys.executable, "-m", "loket_booking.demonstration", "--appointments", str(A_YEAR), "--days", str(DAYS)]
    stack.configure_messages(SILENCE)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    wait_until_counted(*databases)
    return Portal(stack.url, stack.mail_url, municipality="voorbeeld")


def wait_until_counted(booking, reporting):
    def is_heard():
        number = reporting.generations.find_one({"_id": "now"})["current"]
        told = booking.event_log.count_documents({"municipality": "voorbeeld"})
        steps = [{"$match": {"municipality": "voorbeeld"}}, {"$project": {"told": {"$size": "$told"}}},
                 {"$group": {"_id": None, "all": {"$sum": "$told"}}}]  # fmt: skip
        kinds = ("appointments", "tickets", "waiting", "capacities", "samples")
        heard = sum(row["all"] for kind in kinds for row in reporting[f"{kind}_{number}"].aggregate(steps))
        stale = sum(
            reporting[f"{kind}_{number}"].count_documents({"stale_days.0": {"$exists": True}}) for kind in kinds
        )
        waiting = booking.agendas.count_documents({"municipality": "voorbeeld", "outbox.0": {"$exists": True}})
        return heard == told and not stale and not waiting

    eventually(is_heard, patience=3600 if DAYS == 365 else 180)


@pytest.mark.parametrize("asked", SLICES.values(), ids=SLICES)
def test_every_figure_is_that_of_a_plain_count(year, databases, asked):
    booking, _ = databases
    first, last = period()
    found = year.get("reports/overview", params={"from": first, "to": last, **asked}).json()["figures"]
    expected = plain.figures(*raw(booking, first, last, **asked))
    if "location" in asked or "appointment_type" in asked:  # what people offer is not said by place or type
        expected |= {"booked_share": None, "served_share": None}
    assert {name: found[name] for name in expected} == expected
    assert found["appointments"] > 10, "there is something to count"


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
    offered = sum(
        each["data"]["offered_minutes"]
        for each in newest(booking, "capacity.changed.v1")
        if first <= each["data"]["date"] <= last and team in (None, each["data"]["team"])
    )
    tickets = [each for each in booking.tickets.find({"municipality": "voorbeeld"}) if is_asked(each)]
    samples = [each["data"] for each in newest(booking, "availability.sampled.v1")]
    thirds = [each["third_after_days"] for each in samples
              if each["third_after_days"] is not None and first <= each["date"] <= last
              and is_asked({**each, "appointment_types": [each["appointment_type"]]})]  # fmt: skip
    return visits, offered, tickets, thirds


def newest(booking, type_):
    found = {}
    for event in booking.event_log.find({"municipality": "voorbeeld", "type": type_}).sort("sequence", 1):
        found[event["subject"]] = event
    return list(found.values())


def test_the_course_adds_up_to_the_whole(year):
    first, last = period()
    for every in ("day", "week", "month", "quarter"):
        rows = year.get("reports/table", params={"from": first, "to": last, "every": every}).json()["rows"]
        whole = year.get("reports/overview", params={"from": first, "to": last}).json()["figures"]
        assert sum(row["figures"]["appointments"] for row in rows) == whole["appointments"], every
        assert sum(row["figures"]["walk_ins"] for row in rows) == whole["walk_ins"], every


def test_a_table_is_a_file_that_a_spreadsheet_here_opens_right(year):
    first, last = period()
    asked = {"from": first, "to": last, "every": "month", "by": "team", "format": "csv"}
    answer = year.get("reports/table", params=asked, headers={"Accept-Language": "nl"})
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = answer.content.decode("utf-8-sig")
    head, *rows = csv.reader(StringIO(text, newline=""), delimiter=";")
    assert head[2] == "Afspraken"
    assert {row[1] for row in rows} == {"Bouwen en wonen", "Milieu en klimaat", "Burgerzaken", "Ondernemen"}
    assert any("," in cell for row in rows for cell in row[2:]), "a decimal comma"
    english = year.get("reports/table", params=asked, headers={"Accept-Language": "en"}).content.decode("utf-8-sig")
    assert next(csv.reader(StringIO(english, newline="")))[2] == "Appointments"
    book = zipfile.ZipFile(BytesIO(year.get("reports/table", params={**asked, "format": "xlsx"}).content))
    assert book.testzip() is None
    assert "xl/worksheets/sheet1.xml" in book.namelist()


def test_open_data_are_whole_months_that_are_over_and_show_no_few(year):
    rows = year.get("open-data").json()["rows"]
    assert rows
    assert max(row["month"] for row in rows) < dt.datetime.now(dt.UTC).date().isoformat()[:7]
    shown = [row[name] for row in rows for name in ("completed", "no_show", "cancelled", "other")]
    assert all(number is None or number == 0 or number >= 5 for number in shown)
    described = year.get("open-data/dcat")
    assert described.headers["Content-Type"] == "application/ld+json"
    assert len(described.json()["dcat:dataset"]["dcat:distribution"]) == 3


def test_a_rebuild_gives_the_same_while_bookings_go_on(year, stack, databases):
    booking, reporting = databases
    before = counts(reporting)
    portal = Portal(stack.url, stack.mail_url)
    command = [sys.executable, "-m", "loket_reporting.administer", "rebuild"]
    rebuild = subprocess.Popen(
        command, env={**os.environ, "AMQP_URI": stack.servers.amqp_uri}, stdout=subprocess.PIPE, text=True
    )
    booked = []
    while rebuild.poll() is None:
        if len(booked) < MOST_BOOKED:
            booked.append(portal.booked())
        time.sleep(0.1)
    for each in booked[::2]:
        portal.post(f"appointments/{each['id']}/cancel", token=each["link_token"])
    assert rebuild.returncode == 0
    assert "follow from" in rebuild.stdout.read()
    assert booked
    wait_until_counted(booking, reporting)
    assert counts(reporting) == before
    first, last = period()
    visits = [each for each in plain.appointments(booking, "rumst") if first <= plain.day(each["start"]) <= last]
    states = [each["state"] for each in visits]

    def is_counted():
        figures = portal.get("reports/overview", params={"from": first, "to": last}).json()["figures"]
        return {name: figures[name] for name in ("booked", "cancelled")} == {
            name: states.count(name) for name in ("booked", "cancelled")
        }

    eventually(is_counted)


def counts(reporting):
    number = reporting.generations.find_one({"_id": "now"})["current"]
    found = reporting[f"days_{number}"].find({"municipality": "voorbeeld"}).sort("_id", 1)
    return [(each["_id"], each["counts"]) for each in found]
