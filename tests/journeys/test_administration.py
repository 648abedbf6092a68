"""An operator administers a municipality from the command line, on the running stack."""

import json
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import requests
import yaml

from loket_chassis.yaml import safe_load
from tests.client import Portal, a_visitor, eventually

ROOT = Path(__file__).parents[2]
BUSY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:{day}
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def admin(stack, servers):
    def run(*arguments, text="", code=0):
        done = subprocess.run(
            [sys.executable, "-m", "loket_chassis.cli", *arguments], input=text, capture_output=True, text=True,
            env={"AMQP_URI": servers.amqp_uri, "PATH": "", "LOGNAME": "an"}, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    return run


def test_importing_busy_times_removes_slots_and_lists_conflicts(portal, admin):
    body = {"appointment_types": ["dossier-inzien"], "answers": {"perceel": "x"}}
    booked = portal.booked(start=portal.slots("dossier-inzien")[-1]["start"], **body)
    specialist = portal.session.get(admin("calendars", "feed", "rumst", "ro-3", "--url", portal.url).strip(), timeout=5)
    assert booked["reference"] in specialist.text
    day = booked["start"][:10].replace("-", "")
    result = admin("calendars", "import", "rumst", "ro-3", "-", text=BUSY.format(day=day))
    assert "1 busy times" in result
    clash = next(line for line in admin("appointments", "conflicts", "rumst").splitlines() if booked["id"] in line)
    assert "closed" in clash
    assert len(re.findall(r"20\d\d-\d\d-\d\dT", clash)) == 2, "with a proposal"
    admin("calendars", "import", "rumst", "ro-3", "-", text="BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n")
    assert booked["id"] not in admin("appointments", "conflicts", "rumst")


def test_the_data_of_a_resident_is_exported_and_erased(portal, admin):
    visitor = a_visitor()
    booked = portal.booked(contact=visitor)
    assert visitor["name"] in admin("residents", "export", "rumst", visitor["email"])
    assert "1 appointments erased" in admin("residents", "erase", "rumst", visitor["email"], "--yes")
    gone = portal.get(f"appointments/{booked['id']}", token=booked["link_token"])
    assert gone.json()["code"] == "appointment-not-found"
    audit = admin("audit", "rumst", "--appointment", booked["id"], "--json")
    assert [each["action"] for each in json.loads(audit)] == ["erased", "exported"]


def test_an_unknown_name_is_reported_in_a_sentence(admin):
    assert "nobody does not give this appointment." in admin("calendars", "feed", "rumst", "nobody", code=1)
    assert "There is no municipality atlantis here." in admin("appointments", "conflicts", "atlantis", code=1)
    assert "Show this message" in admin("--help")
    nowhere = "pyamqp://loket:Rq7vB2nXw9LkT4sZ@127.0.0.1:1//"
    result = admin("appointments", "conflicts", "rumst", "--amqp-uri", nowhere, code=69)
    assert "The broker cannot be reached" in result
    assert "Next: Start the broker" in result


def test_configure_diff_shows_the_changes_before_they_apply(admin, folder, tmp_path):
    text = (folder / "rumst.yaml").read_text()  # as the stack of the tests has it
    file = tmp_path / "rumst.yaml"
    file.write_text(text.replace("offer_minutes: 240", "offer_minutes: 120"))
    shown = admin("config", "diff", str(file))
    assert "+offer_minutes: 120" in shown
    file.write_text(text)
    assert admin("config", "diff", str(file)).strip() == "Nothing would change."
    wrong = safe_load.load(text)
    wrong["teams"] = {}
    file.write_text(yaml.safe_dump(wrong))
    assert "/teams" in admin("config", "load", str(file), code=1)


def test_if_absent_loads_a_configuration_only_for_a_new_municipality(admin, stack, tmp_path):
    text = (ROOT / "deploy" / "municipalities" / "rumst.yaml").read_text()
    name = f"m{uuid.uuid4().hex[:8]}"
    text = text.replace("id: rumst", f"id: {name}", 1)
    file = tmp_path / "municipality.yaml"
    file.write_text(text)
    assert f"{name} is now at version 1" in admin("config", "load", str(file), "--if-absent")
    desk = Portal.on(stack, municipality=name, key=stack.machine_key(name))
    changed = text.replace("offer_minutes: 240", "offer_minutes: 120")
    headers = {"Authorization": f"Bearer {desk.key}", "Content-Type": "application/yaml"}
    address = desk.path("configuration")
    eventually(lambda: requests.put(address, data=changed.encode(), headers=headers, timeout=30).ok)
    result = admin("config", "load", str(file), "--if-absent")
    assert re.match(
        rf"{name} was left unchanged: version 2, changed at 20\d\d-\d\d-\d\d \d\d:\d\d UTC by \S+\.\n", result
    )
    assert f"To load the file again: loket config load {file}" in result
    assert "offer_minutes: 120" in desk.get("configuration").json()["text"]
    file.write_text(text.replace("duration: 45", "duration: lang", 1))
    assert "was left unchanged: version 2" in admin("config", "load", str(file), "--if-absent")
    file.write_text(text)
    assert f"{name} is now at version 3" in admin("config", "load", str(file))
