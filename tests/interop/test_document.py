"""Other tools can use the OpenAPI document: a published linter passes it, and a generated client books."""

import datetime as dt
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import LONG
from loket_gateway.api.openapi import document
from tests.client import ANSWERS, a_visitor

NODE = Path(__file__).parents[1] / "node"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    file = tmp_path_factory.mktemp("openapi") / "openapi.json"
    file.write_text(json.dumps(document("https://loket.example")))
    return file


def test_the_document_passes_the_linter(written, node_modules):
    command = [node_modules / ".bin" / "spectral", "lint", "--ruleset", NODE / "ruleset.yaml",
               "--fail-severity", "warn", written]  # fmt: skip
    tools = Path(sys.executable).parent
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": f"{tools}:/usr/bin:/bin"})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.mark.parametrize("name", ["asyncapi.yaml", *(["rpc.asyncapi.yaml"] if LONG else [])])
def test_an_asyncapi_document_is_valid(name, node_modules, tmp_path):
    ruleset = tmp_path / "ruleset.yaml"
    ruleset.write_text('extends: [["spectral:asyncapi", all]]')
    command = [node_modules / ".bin" / "spectral", "lint", "--ruleset", ruleset, "--fail-severity", "error",
               REFERENCE / name]  # fmt: skip
    tools = Path(sys.executable).parent
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": f"{tools}:/usr/bin:/bin"})
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


@pytest.fixture(scope="session")
def generated(written):
    """A package made by openapi-python-client, which knows nothing of Loket."""
    folder = written.parent
    config, tools = folder / "config.yaml", Path(sys.executable).parent
    # two bodies are files, whose types the generator does not know
    config.write_text(
        "content_type_overrides: {text/calendar: application/octet-stream, application/yaml: application/octet-stream}"
    )
    command = [tools / "openapi-python-client", "generate", "--path", written, "--output-path", folder / "made",
               "--meta", "none", "--config", config]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, env={"PATH": f"{tools}:/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield importlib.import_module
    sys.path.remove(str(folder))


def test_a_generated_client_searches_books_reads_and_cancels(generated, stack):
    made = generated("made")
    find = generated("made.api.booking.find_slots")
    book = generated("made.api.booking.book_appointment")
    read = generated("made.api.appointment.get_appointment")
    cancel = generated("made.api.appointment.cancel_appointment")
    models = generated("made.models")
    with made.Client(base_url=stack.url, raise_on_unexpected_status=True) as client:
        found = find.sync("rumst", client=client, appointment_type=["bouwadvies"], location="gemeentehuis")
        start = found.slots[-1].start
        body = models.BookAppointment.from_dict({
            "appointment_types": ["bouwadvies"], "location": "gemeentehuis", "start": start.isoformat(),
            "contact": a_visitor(), "answers": ANSWERS,
        })  # fmt: skip
        booked = book.sync("rumst", client=client, body=body)
    assert isinstance(booked, models.BookedAppointment)
    assert booked.start.astimezone(dt.UTC) == start.astimezone(dt.UTC)
    with made.AuthenticatedClient(base_url=stack.url, token=booked.link_token) as mine:
        assert read.sync("rumst", booked.id, client=mine).reference == booked.reference
        change = models.CancelAppointment(reason="no-longer-needed")
        assert cancel.sync("rumst", booked.id, client=mine, body=change).state == "cancelled"
        refused = read.sync("rumst", "nothing", client=mine)
        assert (refused.code, refused.status) == ("appointment-not-found", 404)
