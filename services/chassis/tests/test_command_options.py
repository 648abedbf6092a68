"""A command reads secrets as the services do: from its options, the environment, or a file."""

import click
import pytest
from click.testing import CliRunner

from loket_chassis.cli.options import amqp_uri_option
from loket_chassis.runtime.settings import EX_CONFIG

URI = "pyamqp://loket:3f1c9a72d4b85e60@127.0.0.1:5672//"
OTHER = "pyamqp://loket:90b7e2c45fa1d836@127.0.0.1:5672//"


@click.command()
@amqp_uri_option
def command(amqp_uri):
    click.echo(amqp_uri)


def run(*arguments, **environment):
    return CliRunner().invoke(command, arguments, env=environment)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "amqp_uri"
    path.write_text(f"{URI}\n")
    return str(path)


def test_an_option_is_read_from_the_command_line_then_the_environment_then_a_file(file):
    assert run("--amqp-uri", OTHER, AMQP_URI=URI).stdout.strip() == OTHER
    assert run(AMQP_URI=OTHER).stdout.strip() == OTHER
    assert run(AMQP_URI_FILE=file).stdout.strip() == URI


def test_an_unreadable_file_is_refused_with_its_name(tmp_path):
    result = run(AMQP_URI_FILE=str(tmp_path / "missing"))
    assert result.exit_code == EX_CONFIG
    assert "AMQP_URI_FILE cannot be used" in result.stderr
    assert "missing" in result.stderr


def test_a_weak_secret_in_a_file_is_refused(tmp_path):
    (tmp_path / "weak").write_text("pyamqp://guest:guest@127.0.0.1:5672//")
    assert run(AMQP_URI_FILE=str(tmp_path / "weak")).exit_code == EX_CONFIG


def test_a_missing_option_names_the_ways_to_give_it():
    result = run()
    assert result.exit_code == 2
    assert "--amqp-uri" in result.stderr
