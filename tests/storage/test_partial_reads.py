"""A list reads only the fields that it shows: it needs no other, and does not decode what it leaves out."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from loket_booking.store.agendas import Agendas
from loket_booking.store.codecs import LISTED_CLAIM
from loket_booking.store.day_view import DayView
from loket_chassis.storage.versioned_documents import Versions
from loket_notification.webhooks.store import Webhooks
from loket_reporting.domain.periods import Period
from loket_reporting.store.counts import CountsByDifference
from tests.storage.collections import STORED
from tests.storage.expected import EXPECTED
from tests.storage.golden_files import read, versions

CLAIM = EXPECTED["booking/claim"]
(STORED_CLAIM,) = [stored for stored in STORED if stored.golden == ("claim",)]


def golden(name: str) -> dict[str, Any]:
    stored = next(stored for stored in STORED if f"{stored.service}/{stored.golden[0]}" == name)
    return read(stored, stored.golden[0], stored.codec.version)


@pytest.mark.parametrize("version", versions(STORED_CLAIM, "claim"))
def test_a_list_reads_claims_of_every_version(version):
    listed = LISTED_CLAIM.decode(read(STORED_CLAIM, "claim", version))
    assert {name: getattr(CLAIM, name) for name in vars(listed)} == vars(listed)


def test_a_list_of_appointments_does_not_read_their_placements(database):
    claim, key = golden("booking/claim"), CLAIM.placements[0].agenda
    claim["placements"] = [{"unreadable": True}]
    where = {"municipality": key.municipality, "resource": key.resource, "date": key.date.isoformat()}
    database.agendas.insert_one({"_id": str(key), **where, "claims": [claim], "owners": [claim["id"]]})
    assert DayView(database).appointments("rumst", key.date) == [CLAIM.appointment]
    assert Agendas(database).find_claims([CLAIM.id]) == {CLAIM.id: CLAIM.appointment}


def test_the_list_of_versions_does_not_read_their_texts(database):
    stored = golden("booking/configuration")
    del stored["text"]
    database.configurations.insert_one(stored)
    found = {"version": stored["version"], "at": stored["at"].isoformat(), "by": stored["by"]}
    versions = Versions(database.configurations)
    assert versions.listed(stored["municipality"]) == [found]
    assert versions.in_force(stored["municipality"]) == found
    assert versions.in_force("kontich") is None


def test_the_wanted_events_do_not_read_secrets(database):
    subscription = golden("notification/subscription")
    database.webhooks.insert_one({name: subscription[name] for name in ("_id", "municipality", "types", "active")})
    assert Webhooks(database).wanted() == {(subscription["municipality"], name) for name in subscription["types"]}


def test_figures_read_only_the_counts(database):
    counts = CountsByDifference(database, 1)
    where = {"municipality": "rumst", "part": "day", "period": "2026-12-01", "slice": "*"}
    counts.collection.insert_one({**where, "counts": {"tickets": 2}})
    december = Period(dt.date(2026, 12, 2) - dt.timedelta(days=1), dt.date(2026, 12, 30))
    assert list(counts.of("rumst", ["*"], december, "year")) == [("*", "2026-12-01", {"tickets": 2})]
