"""Settings are checked together at the start, and shown without their secrets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from sample import SampleSettings

from loket_chassis.runtime.settings import SettingsError, describe

STRONG = "Rq7vB2nXw9LkT4sZ"
BROKER = f"pyamqp://loket:{STRONG}@127.0.0.1:5672//"
NEEDED = {"AMQP_URI": BROKER, "MONGO_URI": "mongodb://127.0.0.1:27017/?replicaSet=loket", "GREETING": "hi"}


def test_all_missing_settings_are_reported_together():
    with pytest.raises(SettingsError) as refused:
        SampleSettings.read(environment={})
    assert [line.split()[0] for line in str(refused.value).splitlines()] == ["AMQP_URI", "MONGO_URI", "GREETING"]


def test_a_setting_of_the_wrong_type_is_named():
    with pytest.raises(SettingsError, match="MAX_WORKERS=many cannot be used: it must be a whole number"):
        SampleSettings.read(environment={**NEEDED, "MAX_WORKERS": "many"})


def test_the_environment_overrides_the_file_and_an_empty_value_is_ignored(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text(f"GREETING: from the file\nMAX_WORKERS: 3\nAMQP_URI: {BROKER}\n")
    settings = SampleSettings.read(file, {"MONGO_URI": NEEDED["MONGO_URI"], "LOG_LEVEL": "", "MAX_WORKERS": "5"})
    assert (settings.greeting, settings.max_workers, settings.amqp_uri) == ("from the file", 5, BROKER)
    assert settings.log_level == "INFO"


def test_an_unknown_name_in_the_file_is_an_error(tmp_path):
    file = tmp_path / "config.yaml"
    file.write_text("GREETINGS: typo\n")
    with pytest.raises(SettingsError, match="GREETINGS"):
        SampleSettings.read(file, NEEDED)


@pytest.mark.parametrize("content", ["a: [", "just text", "- a"])
def test_a_file_that_is_not_a_list_of_settings_is_an_error(tmp_path, content):
    file = tmp_path / "config.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError):
        SampleSettings.read(file, NEEDED)


def test_secrets_are_masked_when_shown():
    shown = SampleSettings.read(environment=NEEDED).shown()
    assert shown["AMQP_URI"] == "********"
    assert shown["GREETING"] == "hi"


def test_a_secret_can_come_from_a_file(tmp_path):
    file = tmp_path / "amqp_uri"
    file.write_text(f"{BROKER}\n")
    given = {name: value for name, value in NEEDED.items() if name != "AMQP_URI"}
    assert SampleSettings.read(environment={**given, "AMQP_URI_FILE": str(file)}).amqp_uri == BROKER


def test_a_secret_that_is_set_twice_or_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="AMQP_URI_FILE cannot be used: AMQP_URI is set too"):
        SampleSettings.read(environment={**NEEDED, "AMQP_URI_FILE": str(tmp_path)})
    given = {name: value for name, value in NEEDED.items() if name != "AMQP_URI"}
    with pytest.raises(SettingsError, match=r"AMQP_URI_FILE cannot be used: .*missing cannot be read: No such file"):
        SampleSettings.read(environment={**given, "AMQP_URI_FILE": str(tmp_path / "missing")})


def test_only_a_secret_can_be_read_from_a_file(tmp_path):
    file = tmp_path / "greeting"
    file.write_text("from a file")
    given = {name: value for name, value in NEEDED.items() if name != "GREETING"}
    with pytest.raises(SettingsError, match="GREETING is not set"):
        SampleSettings.read(environment={**given, "GREETING_FILE": str(file)})


def test_every_setting_has_a_description():
    assert all(each.help for each in describe(SampleSettings))


def run(*arguments, **environment):
    here = Path(__file__).parent
    return subprocess.run(
        [sys.executable, here / "sample.py", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(here), **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_service_with_missing_settings_does_not_start_and_names_them():
    done = run()
    assert done.returncode == 78
    assert "GREETING is not set" in done.stderr


def test_a_service_with_a_collector_and_without_opentelemetry_does_not_start_and_says_what_to_install(tmp_path):
    (tmp_path / "opentelemetry.py").write_text("raise ImportError('as where the extra is not installed')")
    done = run(**NEEDED, PYTHONPATH=str(tmp_path), OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:4318")
    assert done.returncode == 78
    assert "pip install 'loket-chassis[tracing]'" in done.stdout


def test_show_config_prints_the_effective_settings():
    done = run("--show-config", **NEEDED)
    assert "GREETING: hi" in done.stdout
    assert "MONGO_URI: ********" in done.stdout
