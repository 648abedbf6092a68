"""An operator sees what runs and what waits: from the command line, and on a page of the desk."""

import json
import subprocess
import sys

import requests


def test_the_command_line_shows_release_parts_and_queues_of_each_service(stack):
    done = subprocess.run(
        [sys.executable, "-m", "loket_chassis.cli", "status", "--json", "--amqp-uri", stack.servers.amqp_uri],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    states = json.loads(done.stdout)
    assert {name: each["state"] for name, each in states.items()} == {
        "booking": "ok", "notification": "ok", "reporting": "ok",
    }  # fmt: skip
    assert all(each["version"] for each in states.values())
    queues = {queue["name"] for each in states.values() for queue in each["queues"]}
    assert {"notification.booking-events", "reporting.events"} <= queues
    assert states["notification"]["lag_seconds"] >= 0
    assert states["booking"]["lag_seconds"] is None


def test_the_page_with_the_state_of_the_system_is_for_administrators(stack):
    def page(role):
        headers = {"Authorization": f"Bearer {stack.machine_key('rumst', role)}"}
        return requests.get(f"{stack.url}/rumst/balie/beheer/status", headers=headers, timeout=15)

    shown = page("admin")
    assert shown.status_code == 200
    services, _, queues = shown.text.partition("<h2>")
    assert all(f">{name}</th>" in services for name in ("gateway", "booking", "notification", "reporting"))
    assert 'class="flag"' not in services
    assert "reporting.events" in queues  # other tests on this stack leave dead letters
    assert page("lead").status_code == 403
