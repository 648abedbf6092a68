"""The last release reads what this one stores: both work side by side, and a roll-back comes after days of traffic."""

import datetime as dt
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from bson import json_util

from loket_booking.store.codecs import appointment_fields
from tests.storage.collections import STORED
from tests.storage.expected import EXPECTED
from tests.upgrade.releases import ROOT, extract_sources, last_release, newest_release_commit, packages

from .previous_reader import READERS

READER = Path(__file__).with_name("previous_reader.py")
CODECS = {name: stored.codec for stored in STORED if stored.service == "booking" for name in stored.golden}


def present_documents():
    """One document of each kind, with the fields of an appointment that the last release does not know."""
    values = {kind: EXPECTED[f"booking/{kind}"] for kind in READERS}
    for kind in ("claim", "hold"):
        start = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
        appointment = replace(values[kind].appointment, specialist_language="fr", left_starts=(start,), companion=True)
        values[kind] = replace(values[kind], **appointment_fields(appointment))
    documents = {kind: CODECS[kind].encode(value) for kind, value in values.items()}
    documents["invitation"]["token_hash"] = "of its link"  # added by the repository
    return documents


@pytest.fixture(scope="module")
def release():
    if (release := last_release()) is None:
        pytest.skip("this clone has neither tags nor the commit of a release: git fetch --unshallow --tags")
    return release


@pytest.fixture(scope="module")
def refused_by_last_release(release, tmp_path_factory):
    sources = extract_sources(release, tmp_path_factory.mktemp("release"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages(sources)))}

    def read(documents):
        done = subprocess.run(
            [sys.executable, READER], input=json_util.dumps(documents), env=environment, check=True,
            capture_output=True, text=True,
        )  # fmt: skip
        return json.loads(done.stdout)

    return read


def test_the_last_release_reads_every_document_that_both_write(refused_by_last_release):
    assert refused_by_last_release(present_documents()) == {}


def test_a_field_that_the_last_release_refuses_is_found(refused_by_last_release):
    documents = present_documents()
    documents["claim"]["appointment"]["specialist_language"] = "fr"
    documents["card"]["new_field"] = 1
    assert set(refused_by_last_release(documents)) == {"claim", "card"}


def test_a_clone_without_tags_finds_the_same_release(release):
    of_tag = ["git", "rev-parse", f"{release}^{{commit}}"]
    commit = subprocess.run(of_tag, cwd=ROOT, check=True, capture_output=True, text=True)
    assert newest_release_commit() == commit.stdout.strip()
