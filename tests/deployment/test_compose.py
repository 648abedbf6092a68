"""The deployment files name real components, real settings and nothing else."""

import json
import re
import shutil
import stat
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

from loket_booking.settings import BookingSettings
from loket_chassis.runtime.settings import FILE_SUFFIX, describe, secret_names
from loket_contracts.languages import LANGUAGES
from loket_gateway.settings import GatewaySettings
from loket_notification.settings import NotificationSettings
from loket_reporting.settings import ReportingSettings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SETTINGS = {
    "booking": BookingSettings,
    "notification": NotificationSettings,
    "reporting": ReportingSettings,
    "gateway": GatewaySettings,
}
#: fixed by the image and the port that compose.yaml publishes, so it is not for the operator
FIXED = {"SHARE_PORT"}


def groups_of(name):
    return (SETTINGS[name], *SETTINGS[name].all_groups())


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_of_a_component_is_passed_to_its_container_and_a_secret_as_a_file(name):
    secrets = {each for group in groups_of(name) for each in secret_names(group)}
    known = {each.name for group in groups_of(name) for each in describe(group)}
    expected = (known - secrets - FIXED) | {f"{each}{FILE_SUFFIX}" for each in secrets}
    assert set(SERVICES[name]["environment"]) == expected


@pytest.mark.parametrize("name", SETTINGS)
def test_every_secret_of_a_component_is_mounted_where_its_setting_looks_for_it(name):
    environment = SERVICES[name]["environment"]
    named = {each for variable, each in environment.items() if variable.endswith(FILE_SUFFIX) and each}
    named -= {environment.get("SMTP_CA_FILE"), environment.get("SMS_FILE")}
    assert named == {f"/run/secrets/{each}" for each in SERVICES[name]["secrets"]}
    assert set(SERVICES[name]["secrets"]) <= set(COMPOSE["secrets"])


@pytest.mark.parametrize("name", SETTINGS)
def test_every_component_is_built_from_the_same_dockerfile_and_waits_for_its_dependencies(name):
    service = SERVICES[name]
    assert (service["build"]["context"], service["build"]["dockerfile"]) == ("..", "deploy/Dockerfile")
    assert service["build"]["args"]["COMPONENT"] == name
    for needed, condition in service["depends_on"].items():
        ends = SERVICES[needed]["restart"] != "unless-stopped"
        assert condition["condition"] == ("service_completed_successfully" if ends else "service_healthy")
        if ends:
            continue
        assert "healthcheck" in SERVICES[needed] or needed in SETTINGS  # the image of a component has its own


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_has_no_privileges_and_bounds_on_memory_processes_and_logs(name):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit"} <= set(service)
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


@pytest.mark.parametrize("name", sorted({*SERVICES} - {"rabbitmq", "mongodb"}))
def test_a_container_without_data_has_a_read_only_file_system(name):
    assert SERVICES[name]["read_only"]


def test_everything_but_the_proxy_listens_on_the_local_host_only():
    for name, service in SERVICES.items():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:") or name == "proxy"


def test_the_broker_and_the_database_are_on_a_network_without_a_way_out_and_publish_no_port():
    assert COMPOSE["networks"]["backend"] == {"internal": True}
    for name in ("rabbitmq", "mongodb"):
        assert list(SERVICES[name]["networks"]) == ["backend"]
        assert "ports" not in SERVICES[name]


@pytest.fixture
def make_secrets(tmp_path):
    def make(folder=tmp_path / "secrets", script=DEPLOY / "secrets.sh"):
        subprocess.run([script, folder], check=True, capture_output=True)
        return {file.name: file.read_text() for file in folder.iterdir()}

    return make


def test_the_generated_secrets_are_those_that_compose_mounts_and_stay_the_same(make_secrets, tmp_path):
    first, second = make_secrets(), make_secrets()
    assert first == second
    mounted = {each["file"].rpartition("/")[2] for each in COMPOSE["secrets"].values()}
    assert mounted <= set(first)
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


@pytest.mark.parametrize("name", SETTINGS)
def test_the_generated_secrets_are_accepted_by_the_services_and_name_their_users(make_secrets, tmp_path, name):
    make_secrets()
    given = {
        variable: str(value or "").replace("/run/secrets", str(tmp_path / "secrets"))
        for variable, value in SERVICES[name]["environment"].items()
        if "$" not in str(value)
    }
    settings = SETTINGS[name].read(environment={**given, "PUBLIC_URL": "http://x", "SMTP_HOST": "x"})
    for uri in (settings.amqp_uri, settings.mongo_uri):
        assert urlsplit(uri).username == f"loket-{name}"


def passwords_of_the_broker(folder):
    made = json.loads((folder / "rabbitmq_definitions").read_text())
    return {user["name"]: user["password"] for user in made["users"]}


def test_the_broker_has_the_users_and_passwords_of_the_services(make_secrets, tmp_path):
    made = make_secrets()
    expected = {
        urlsplit(uri).username: urlsplit(uri).password for name, uri in made.items() if name.startswith("amqp_uri")
    }
    assert passwords_of_the_broker(tmp_path / "secrets") == expected
    assert len(set(expected.values())) == len(SETTINGS) + 1


def test_the_users_of_the_database_are_made_of_the_files_that_the_services_mount():
    task = SERVICES["replica-set"]
    mounted = {each for each in task["secrets"] if each.startswith("mongo_uri_")}
    assert mounted == {f"mongo_uri_{name}" for name in (*SETTINGS, "backup")}
    assert {each for name in SETTINGS for each in SERVICES[name]["secrets"] if each.startswith("mongo_")} < mounted


def test_secrets_of_an_earlier_version_are_taken_over(tmp_path):
    script = tmp_path / "secrets.sh"
    script.write_bytes((DEPLOY / "secrets.sh").read_bytes())
    script.chmod(0o755)
    shutil.copytree(DEPLOY / "rabbitmq", tmp_path / "rabbitmq")
    (tmp_path / ".env").write_text("PUBLIC_URL=https://afspraak.example\nLOKET_SECRET=abc\nRABBITMQ_PASSWORD=def&/")
    subprocess.run([script], check=True, capture_output=True)
    made = {name: (tmp_path / "secrets" / name).read_text() for name in ("loket_secret", "rabbitmq.conf", "amqp_uri")}
    assert passwords_of_the_broker(tmp_path / "secrets")["loket"] == "def&/"
    assert made["loket_secret"] == "abc"
    assert "default_pass = def&/\n" in made["rabbitmq.conf"]
    assert "//loket:def&/@" in made["amqp_uri"]


def test_the_files_that_the_dockerfile_copies_exist():
    for line in (DEPLOY / "Dockerfile").read_text().splitlines():
        words = line.split()
        if words[:1] == ["COPY"] and not words[1].startswith("--from"):
            assert (ROOT / words[1]).exists(), line


def test_images_have_the_data_of_every_language():
    listed = set(re.findall(r"! -name '(\w+)\*'", (DEPLOY / "Dockerfile").read_text()))
    assert listed == set(LANGUAGES)
