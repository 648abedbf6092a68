"""`loket local up` starts the stack, reports it, and ends every process again."""

import json
import os
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from loket_chassis.runtime.spans import ATTRIBUTES
from loket_local.cli import local
from loket_local.processes import is_alive
from loket_local.stack import state_file
from tests import collector as collectors
from tests.client import Portal, a_visitor, eventually

#: mongod, the broker with its port mapper, the mail catcher and the services
ALL_CHILDREN = 8
RUMST = Path(__file__).parents[3] / "deploy" / "municipalities" / "rumst.yaml"


def loket(*arguments, **options):
    command = [sys.executable, "-m", "loket_chassis.cli", "local", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, **options)


class Up:
    """One run of `loket local up`, on free ports, with servers of its own."""

    def __init__(self, folder, **extra):
        self.folder = folder
        self.output = folder.parent / "output"
        environment = {name: value for name, value in os.environ.items() if name not in ("AMQP_URI", "MONGO_URI")}
        environment |= {"WRITES_PER_MINUTE": "77", "WEBHOOKS_TO_PRIVATE": "true", "SMTP_HOST": "elsewhere.invalid"}
        environment |= extra
        self.process = subprocess.Popen(
            [sys.executable, "-m", "loket_chassis.cli", "local", "up", "--free-ports", "--folder", str(folder)],
            stdout=self.output.open("w"),
            stderr=subprocess.STDOUT,
            env=environment,
        )

    def wait(self):
        def welcomed():
            assert self.process.poll() is None, self.output.read_text()
            return "Ctrl-C stops everything" in self.output.read_text()

        eventually(welcomed, patience=180)
        self.state = json.loads(state_file(self.folder).read_text())
        return self

    def family(self):
        """The ids of all processes below this one."""
        found, waiting = [], [self.process.pid]
        while waiting:
            parent = waiting.pop()
            children = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
            found += children
            waiting += children
        return found

    def end(self, how):
        family = self.family()
        assert len(family) >= ALL_CHILDREN, self.output.read_text()
        self.process.send_signal(how)
        self.process.wait(60)
        eventually(lambda: not any(is_alive(pid) for pid in family), patience=30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("up") / "run"


@pytest.fixture(scope="module")
def collector(tmp_path_factory):
    """A collector of OpenTelemetry, to which the run sends its spans."""
    with collectors.running(tmp_path_factory.mktemp("collector")) as running:
        yield running


@pytest.fixture(scope="module")
def up(folder, collector):
    """One run for all that leaves it running, up to the test that ends it."""
    tracing = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "500"}
    running = Up(folder, **tracing).wait()
    yield running
    if running.process.poll() is None:
        running.end(signal.SIGTERM)


def test_start_up_prints_progress_and_addresses_and_loads_the_demo_municipality(up):
    result = up.output.read_text()
    for part in ("MongoDB: starting", "RabbitMQ: starting", "booking: healthy", "API docs", "Mail"):
        assert part in result
    assert (
        requests.get(f"{up.state['url']}/api/v1/municipalities", timeout=5).json()["municipalities"][0]["id"] == "rumst"
    )
    assert requests.get(f"{up.state['url']}/health/ready", timeout=5).json()["notification"] == "ok"


def test_a_second_run_in_the_same_folder_reports_where_the_first_one_runs(up, folder):
    done = loket("up", "--folder", folder)
    assert done.returncode == 1
    assert up.state["url"] in done.stderr


def test_environment_settings_apply_except_those_that_the_stack_sets(up):
    environments = [Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0") for pid in up.family()]
    services = [each for each in environments if any(line.startswith("MONGO_DATABASE=") for line in each)]
    assert len(services) == 4
    for each in services:
        assert {"WRITES_PER_MINUTE=77", "WEBHOOKS_TO_PRIVATE=true", "SMTP_HOST=127.0.0.1"} <= set(each)


def test_each_service_has_its_own_user_and_booking_alone_has_the_secret(up):
    environments = [Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0") for pid in up.family()]
    found = [dict(line.partition("=")[::2] for line in each) for each in environments]
    services = {each["MONGO_DATABASE"].removeprefix("loket_"): each for each in found if "MONGO_DATABASE" in each}
    for name, settings in services.items():
        assert settings["AMQP_URI"].startswith(f"pyamqp://loket-{name}:")
        assert settings["MONGO_URI"].startswith(f"mongodb://loket-{name}:")
    assert [name for name, settings in services.items() if "LOKET_SECRET" in settings] == ["booking"]


def test_exec_runs_a_command_with_the_addresses_and_secrets_of_the_running_stack(up, folder):
    assert "guest" not in up.state["amqp_uri"]
    result = loket("exec", "--folder", folder, "loket", "appointments", "conflicts", "rumst")
    assert "Every appointment fits." in result.stdout, result.stderr


def test_a_booking_is_one_trace_from_the_request_to_the_mail_and_the_figures(up, collector):
    visitor = a_visitor()
    booked = Portal(up.state["url"], up.state["mail"]).booked(contact=visitor)

    def trace_of_the_booking():
        spans = collector.spans()
        requests_ = [each for each in spans if each.name == "POST /api/v1/<municipality>/appointments"]
        found = [each for each in spans if requests_ and each.trace == requests_[0].trace]
        return found if {"send email", "process reporting.events"} <= {each.name for each in found} else None

    found = eventually(trace_of_the_booking)
    ids = {each.id for each in found}
    assert [each.name for each in found if each.parent not in ids] == ["POST /api/v1/<municipality>/appointments"]
    (mail,) = (each for each in found if each.name == "send email")
    booking = [
        "gateway server POST /api/v1/<municipality>/appointments",
        "gateway client booking/request_booking",
        "booking server booking/request_booking",
        "booking producer send appointment.booked.v1",
    ]
    assert collectors.path_to(mail, found) == [
        *booking, "notification consumer process notification.booking-events", "notification client send email",
    ]  # fmt: skip
    (figures, *_) = (each for each in found if each.name == "process reporting.events")
    assert collectors.path_to(figures, found)[:4] == booking
    assert {name for each in found for name in each.attributes} <= ATTRIBUTES
    assert {each.resource["service.version"] for each in found} == {version("loket-chassis")}
    for personal in (visitor["name"], visitor["email"], visitor["phone"], booked["link_token"], "Kerkstraat"):
        assert personal not in collector.text()


def test_a_killed_service_is_restarted(up):
    victim = next(pid for pid in up.family() if b"loket_reporting" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: "reporting: ended with code -9; starting again" in up.output.read_text())
    eventually(lambda: requests.get(f"{up.state['url']}/health/ready", timeout=5).ok)


def configure(folder, *arguments):
    return loket("exec", "--folder", folder, "loket", "config", *arguments).stdout


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """The municipality's file with another value than the one that `loket local up` loads."""
    file = tmp_path_factory.mktemp("own") / "own.yaml"
    file.write_text(RUMST.read_text().replace("offer_minutes: 240", "offer_minutes: 120"))
    return file


def test_stop_from_another_shell_terminates_every_child_and_keeps_the_data(up, folder, own):
    assert "at version 2" in configure(folder, "load", own)
    family = up.family()
    assert len(family) >= ALL_CHILDREN, up.output.read_text()
    assert "healthy" in loket("status", "--folder", folder).stdout or "ok" in loket("status", "--folder", folder).stdout
    assert "stopped" in loket("stop", "--folder", folder).stdout
    assert not any(is_alive(pid) for pid in family)
    assert "does not run" in loket("stop", "--folder", folder).stdout
    assert up.process.wait(10) is not None
    assert "the data stays" in up.output.read_text()
    assert (folder / "mongodb").exists()


def test_a_configuration_changed_at_the_desk_survives_a_restart_and_ctrl_c_ends_every_child(folder, own):
    second = Up(folder).wait()
    try:
        result = second.output.read_text()
        assert "rumst was left unchanged: version 2" in result
        assert f"local exec loket config load {RUMST}" in result
        assert "The message plan of rumst was left unchanged: version 1" in result
        assert "Nothing would change" in configure(folder, "diff", own)
        assert "at version 3" in configure(folder, "load", RUMST)
    finally:
        second.end(signal.SIGINT)


def test_a_launcher_crash_during_the_start_ends_every_child_and_reset_deletes_the_data(folder):
    third = Up(folder)
    eventually(lambda: "gateway: starting" in third.output.read_text())
    third.end(signal.SIGKILL)
    assert "dropped" in loket("reset", "--folder", folder, "--yes").stdout
    assert not folder.exists()


def test_an_invalid_municipality_file_is_reported_with_its_line_before_anything_starts(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(RUMST.read_text().replace("duration: 45", "duration: lang", 1))
    done = loket("up", "--free-ports", "--folder", tmp_path / "run", "--municipality", wrong)
    assert done.returncode == 1
    assert "/appointment_types/bouwadvies/duration" in done.stdout.replace("\n", "")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("command", ["up", "stop", "reset", "demo-data", "logs", "status"])
def test_every_command_has_help(command):
    assert "--folder" in CliRunner().invoke(local, [command, "--help"]).output
