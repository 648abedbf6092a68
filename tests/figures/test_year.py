"""A period simulated through the real use cases, bus and reporting: every figure equals a plain count."""

import contextlib
import csv
import datetime as dt
import os
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter
from io import BytesIO, StringIO

import pytest

from loket_chassis.cli import client
from loket_chassis.cli.client import connect
from loket_contracts.rpc.reporting import Reporting
from tests.client import Portal, eventually

from . import plain
from .played import period, raw, wait_until_year_is_counted

#: the tests make at most this number of appointments during a rebuild
MAX_BOOKED = 12
SLICES = {
    "everything": {},
    "a team": {"team": "burgers"},
    "a type": {"appointment_type": "bouwadvies"},
    "a location": {"location": "wijkhuis"},
    "a team at a location": {"team": "burgers", "location": "stadhuis"},
}


@pytest.mark.parametrize("asked", SLICES.values(), ids=SLICES)
def test_every_figure_equals_a_plain_count(year, databases, asked):
    booking, _ = databases
    first, last = period()

    def differences():
        found = year.get("reports/overview", params={"from": first, "to": last, **asked}).json()["figures"]
        expected = plain.figures(*raw(booking, first, last, **asked))
        if "location" in asked or "appointment_type" in asked:  # what people offer is not said by place or type
            expected |= {"booked_share": None, "served_share": None}
        assert found["appointments"] > 10, "there is something to count"
        return {name: (found[name], value) for name, value in expected.items() if found[name] != value}

    # once a minute booking publishes what is offered; reporting counts it some seconds later
    with contextlib.suppress(AssertionError):
        eventually(lambda: differences() == {})
    assert differences() == {}


def test_the_series_adds_up_to_the_total(year):
    first, last = period()
    for every in ("day", "week", "month", "quarter"):
        rows = year.get("reports/table", params={"from": first, "to": last, "every": every}).json()["rows"]
        whole = year.get("reports/overview", params={"from": first, "to": last}).json()["figures"]
        assert sum(row["figures"]["appointments"] for row in rows) == whole["appointments"], every
        assert sum(row["figures"]["walk_ins"] for row in rows) == whole["walk_ins"], every


def test_a_table_export_opens_correctly_in_a_belgian_spreadsheet(year):
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


def test_open_data_contains_whole_past_months_and_hides_small_counts(year):
    rows = year.get("open-data").json()["rows"]
    assert rows
    assert max(row["month"] for row in rows) < dt.datetime.now(dt.UTC).date().isoformat()[:7]
    shown = [row[name] for row in rows for name in ("completed", "no_show", "cancelled", "other")]
    assert all(number is None or number == 0 or number >= 5 for number in shown)
    described = year.get("open-data/dcat")
    assert described.headers["Content-Type"] == "application/ld+json"
    assert len(described.json()["dcat:dataset"]["dcat:distribution"]) == 3


def test_the_first_page_begins_with_the_topics_of_most_appointments_in_the_open_data(year):
    counts = Counter()
    for row in year.get("open-data").json()["rows"]:
        counts[row["appointment_type"]] += sum(
            row[name] or 0 for name in ("completed", "no_show", "cancelled", "other")
        )
    shown = year.session.get(f"{year.url}/voorbeeld/", timeout=10).text
    linked = re.findall(r'<li><a href="/voorbeeld/onderwerp/([\w-]+)', shown)
    public = {each["id"] for each in year.get("appointment-types").json()["appointment_types"]}
    assert linked == [topic for topic, count in counts.most_common() if count and topic in public][:4]


def test_a_rebuild_during_bookings_gives_the_same_figures(year, stack, databases):
    booking, reporting = databases
    first, last = period()
    # booking publishes more than before about a day that begins meanwhile
    now = dt.datetime.now(dt.UTC)
    beginning = [(now + dt.timedelta(hours=each)).date().isoformat() for each in (0, 12)]
    settled = {"part": "day", "period": {"$gte": first, "$lte": last, "$nin": beginning}}
    # booking publishes within a minute what is offered on the last days, which were not played
    result = {"municipality": "voorbeeld", "type": "capacity.changed.v1", "data.date": last}
    eventually(lambda: booking.event_log.find_one(result), patience=120)
    wait_until_year_is_counted(stack)
    before = counts(reporting, settled)
    portal = Portal.on(stack)
    command = [sys.executable, "-m", "loket_chassis.cli", "reports", "rebuild"]
    rebuild = subprocess.Popen(
        command, env={**os.environ, "AMQP_URI": stack.servers.amqp_uri}, stdout=subprocess.PIPE, text=True
    )
    booked = []
    while rebuild.poll() is None:
        if len(booked) < MAX_BOOKED:
            booked.append(portal.booked())
        time.sleep(0.1)
    for each in booked:  # others need the time
        portal.post(f"appointments/{each['id']}/cancel", token=each["link_token"])
    assert rebuild.returncode == 0
    assert "The figures were rebuilt from " in rebuild.stdout.read()
    assert booked
    wait_until_year_is_counted(stack)
    after = counts(reporting, settled)
    assert {key: (before.get(key), after.get(key)) for key in before.keys() | after.keys()
            if before.get(key) != after.get(key)} == {}  # fmt: skip
    visits = [each for each in plain.appointments(booking, "rumst") if first <= plain.day(each["start"]) <= last]
    states = [each["state"] for each in visits]

    def is_counted():
        figures = portal.get("reports/overview", portal.staff_key, params={"from": first, "to": last}).json()["figures"]
        return {name: figures[name] for name in ("booked", "cancelled")} == {
            name: states.count(name) for name in ("booked", "cancelled")
        }

    eventually(is_counted)


def test_a_rebuild_goes_on_after_the_deadline_of_the_call_that_began_it(stack, monkeypatch):
    reporting = connect(stack.servers.amqp_uri, Reporting)
    eventually(lambda: reporting.rebuilding()["state"] != "running")
    with monkeypatch.context() as short:
        short.setattr(client, "SECONDS", 1)  # a rebuild first waits two seconds, until all processes know of it
        assert reporting.rebuild()
    eventually(lambda: reporting.rebuilding()["state"] != "running", patience=120)
    assert reporting.rebuilding()["state"] == "done"


def counts(reporting, days):
    number = reporting.generations.find_one({"_id": "now"})["current"]
    found = reporting[f"counts_{number}"].find({"municipality": "voorbeeld", **days})
    return {(each["_id"], name): count for each in found for name, count in each["counts"].items() if count}
