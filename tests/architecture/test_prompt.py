"""Every command prints help with examples, and nothing else. The groups are read from the files of the projects."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from loket_booking.cli.former_names import configure_arguments
from loket_chassis.cli.former_names import translate
from loket_chassis.cli.output import aligned

ROOT = Path(__file__).parents[2]
PROJECTS = [
    tomllib.loads(file.read_text())["project"]
    for file in (*ROOT.glob("services/*/pyproject.toml"), ROOT / "gateway/pyproject.toml",
                 *ROOT.glob("deploy/*/pyproject.toml"))
]  # fmt: skip
PROGRAMS = {name: value for each in PROJECTS for name, value in each.get("scripts", {}).items()}
GROUPS = {
    name: value for each in PROJECTS for name, value in each.get("entry-points", {}).get("loket.commands", {}).items()
}
FORMER = {name for name, value in PROGRAMS.items() if "former" in value}


def load(value):
    module, _, attribute = value.partition(":")
    return getattr(importlib.import_module(module), attribute)


def leaves(command, words):
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from leaves(each, [*words, name])
    else:
        yield " ".join(words), command


COMMANDS = {
    words: command for name, value in GROUPS.items() for words, command in leaves(load(value), [name])
    if not command.hidden
}  # fmt: skip


def test_the_commands_are_found():
    assert {"loket", "loket-admin", "loket-access", "loket-notify", "loket-report", "loket-gateway"} <= set(PROGRAMS)
    assert {"accounts", "backup", "config", "dead-letters", "keys", "messages", "race", "reports", "status"} <= set(
        GROUPS
    )


@pytest.mark.parametrize("program", sorted({*PROGRAMS} - FORMER))
def test_a_program_prints_help_and_nothing_else(program):
    module, _, name = PROGRAMS[program].partition(":")
    done = subprocess.run(
        [sys.executable, "-c", f"from {module} import {name}; {name}()", "--help"],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
    assert done.stdout.lower().startswith("usage: ")
    assert len(done.stdout.splitlines()) > 4
    assert not done.stderr


def test_a_former_name_works_and_names_the_new_one_on_standard_error(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["loket-configure", "--help"])
    with pytest.raises(SystemExit) as ended:
        load(PROGRAMS["loket-configure"])()
    shown = capsys.readouterr()
    assert not ended.value.code
    assert "Usage: loket config load" in shown.out
    assert shown.err == "loket-configure works for one more release. Use: loket config load\n"


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_has_help_with_an_example_of_itself_and_a_text_for_each_option(words):
    result = CliRunner().invoke(COMMANDS[words], ["--help"])
    assert result.exit_code == 0
    assert f"  loket {words}" in result.stdout
    options = [each for each in COMMANDS[words].params if isinstance(each, click.Option)]
    assert all(each.help for each in options if each.name not in ("database", "databases", "interface", "clients"))


@pytest.mark.parametrize(
    ("former", "expected"),
    [
        (["--amqp-uri", "a", "list", "q"], ("dead-letters list", ["--amqp-uri", "a", "q"])),
        (["replay", "q", "--most", "3"], ("dead-letters replay", ["q", "--most", "3"])),
        (["--help"], ("", ["--help"])),
        (["unknown"], ("", ["--help"])),
    ],
)
def test_the_arguments_of_a_former_group_are_those_of_the_new_command(former, expected):
    assert translate({"list": "dead-letters list", "replay": "dead-letters replay"}, former) == expected


def test_the_diff_of_a_configuration_is_a_command_of_its_own():
    assert configure_arguments(["a.yaml", "--diff"]) == ("config diff", ["a.yaml"])
    assert configure_arguments(["a.yaml", "--if-absent"]) == ("config load", ["a.yaml", "--if-absent"])


@pytest.mark.parametrize("program", sorted(FORMER - {"loket-configure"}))
def test_each_command_of_a_former_group_leads_to_one_that_exists(program):
    names = importlib.import_module(PROGRAMS[program].partition(":")[0]).NAMES
    assert set(names.values()) <= set(COMMANDS)


def test_columns_are_aligned_in_a_pipe():
    rows = [{"name": "an", "used_on": None}, {"name": "portaal", "used_on": "2027-01-31"}]
    assert aligned(rows) == "name     used on\nan\nportaal  2027-01-31"
