"""The deployment files name real components, real settings and nothing else."""

import contextlib
import re
import stat
import subprocess
from pathlib import Path

import docker
import pytest
import requests
import yaml
from docker.errors import DockerException

from loket_booking.settings import BookingSettings
from loket_chassis.runtime.settings import describe
from loket_gateway.settings import GatewaySettings
from loket_notification.settings import NotificationSettings
from loket_reporting.settings import ReportingSettings
from tests.client import Portal, a_visitor, eventually

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy" / "compose.yaml"
SETTINGS = {
    "booking": BookingSettings,
    "notification": NotificationSettings,
    "reporting": ReportingSettings,
    "gateway": GatewaySettings,
}
SERVICES = yaml.safe_load(COMPOSE.read_text())["services"]


@pytest.mark.parametrize("name", SETTINGS)
def test_every_variable_of_a_component_is_one_of_its_settings(name):
    known = {each.name for group in (SETTINGS[name], *SETTINGS[name].all_groups()) for each in describe(group)}
    assert set(SERVICES[name]["environment"]) <= known


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_without_a_default_has_a_value(name):
    needed = {each.name for each in describe(SETTINGS[name]) if each.default == ""}
    optional = {
        "SMTP_USER",
        "SMTP_PASSWORD",
        "OIDC_ISSUER",
        "OIDC_CLIENT_SECRET",
        "PROBE_ADDRESS",
        "SECURITY_CONTACT",
        "SCANNER_ADDRESS",
        "LOKET_SECRET_FALLBACKS",
        "LOKET_PSEUDONYM_SECRET",
    }
    assert needed - optional <= set(SERVICES[name]["environment"])


@pytest.mark.parametrize("name", SETTINGS)
def test_every_component_is_built_from_the_same_dockerfile_and_waits_for_its_dependencies(name):
    service = SERVICES[name]
    assert service["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile", "args": {"COMPONENT": name}}
    for needed, condition in service["depends_on"].items():
        ends = SERVICES[needed].get("restart") is None
        assert condition == {"condition": "service_completed_successfully" if ends else "service_healthy"}
        if ends:
            continue
        assert "healthcheck" in SERVICES[needed] or needed in SETTINGS  # the image of a component has its own


def test_everything_listens_on_the_local_host_only():
    for service in SERVICES.values():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")


@pytest.mark.parametrize("name", ["LOKET_SECRET", "RABBITMQ_PASSWORD"])
def test_a_secret_has_no_default_and_the_error_explains_how_to_generate_one(name):
    used = re.findall(rf"\$\{{{name}(.*?)\}}", COMPOSE.read_text())
    assert used
    for instead in used:
        assert instead.startswith(":?")
        assert "deploy/secrets.sh" in instead
        assert "openssl rand -hex" in instead


def test_the_generated_secrets_are_stable_and_accepted_by_the_services(tmp_path):
    file = tmp_path / "env"
    file.write_text("PUBLIC_URL=https://afspraak.example\nLOKET_SECRET=\nSMTP_HOST=mail.example")
    seen = []
    for _ in range(2):
        subprocess.run([ROOT / "deploy" / "secrets.sh", file], check=True, capture_output=True)
        seen.append(file.read_text())
    assert seen[0] == seen[1]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = dict(line.split("=", 1) for line in seen[0].splitlines())
    assert list(made) == ["PUBLIC_URL", "SMTP_HOST", "LOKET_SECRET", "RABBITMQ_PASSWORD"]
    given = SERVICES["booking"]["environment"]
    environment = {name: str(value) for name, value in given.items()} | {"LOKET_SECRET": made["LOKET_SECRET"]}
    environment["AMQP_URI"] = re.sub(r"\$\{.*\}", made["RABBITMQ_PASSWORD"], given["AMQP_URI"])
    assert BookingSettings.read(environment=environment)


def test_the_files_that_the_dockerfile_copies_exist():
    for line in (ROOT / "deploy" / "Dockerfile").read_text().splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from"):
            assert (ROOT / words[1]).exists(), line


@pytest.fixture(scope="module")
def engine():
    try:
        client = docker.from_env(timeout=10)
        client.ping()
    except DockerException as error:
        pytest.skip(f"no container engine answers here: {error}")
    return client


@pytest.mark.timeout(1200)  # builds four images, where none is cached
def test_a_booking_works_from_end_to_end_in_containers(engine):
    compose = ["docker", "compose", "-f", str(COMPOSE)]
    subprocess.run([ROOT / "deploy" / "secrets.sh"], check=True)
    try:
        subprocess.run([*compose, "up", "--build", "--detach", "--wait", "--wait-timeout", "600"], check=True)
        url = "http://127.0.0.1:8080"

        def configured():
            with contextlib.suppress(requests.RequestException):
                return requests.get(f"{url}/api/v1/rumst/teams", timeout=5).ok
            return False

        eventually(configured, patience=120)
        making = [*compose, "exec", "gateway", "loket-access", "add-key", "rumst", "tests", "--role", "lead"]
        key = subprocess.run(making, check=True, capture_output=True, text=True).stdout.strip()
        portal, visitor = Portal(url, "", staff_key=key), a_visitor()
        portal.booked(contact=visitor)
        eventually(lambda: portal.figures()["messages"] == 1, patience=60)
        names = {container.name for container in engine.containers.list()}
        assert {f"loket-{name}-1" for name in SETTINGS} <= names
    finally:
        subprocess.run([*compose, "down", "--volumes"], check=False)
