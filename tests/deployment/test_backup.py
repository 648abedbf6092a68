"""A backup that is made under load, and restored elsewhere, has everything that was confirmed before it began."""

import json
import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest

from loket_local import credentials, servers
from loket_local.ports import find_free
from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED, Portal, a_visitor, eventually
from tests.faults.checker import judge
from tests.faults.final import Access, read_final
from tests.faults.history import History, read
from tests.faults.load import Gateways, Load, messages_yaml, municipality_yaml

MUNICIPALITY = "backup"
SEED = 7
#: bookings a second
RATE = 6.0


def run(*arguments, of, check=True, **environment):
    """`loket`, with the settings of booking or reporting of a stack; a backup, with the user for backups."""
    component = of.components["reporting" if arguments[0] == "reports" else "booking"]
    settings = {**component.environment, **environment}
    if arguments[:2] == ("backup", "create"):
        settings["MONGO_URI"] = of.servers.mongo_uris["backup"]
    done = subprocess.run(
        [sys.executable, "-m", "loket_chassis.cli", *map(str, arguments)],
        env=settings, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def key(tmp_path_factory):
    """The file of a secret key, and its public key."""
    file = tmp_path_factory.mktemp("key") / "loket.key"
    done = subprocess.run(
        [sys.executable, "-m", "loket_backup", "keygen", file], capture_output=True, text=True, check=True
    )
    return file, done.stdout.strip()


@pytest.fixture
def restored(folder, tmp_path, key):
    """Restores a backup into servers of their own, and starts all services on them."""
    place = folder / "restored"
    running = servers.start(place, *find_free(2), environment={})
    stacks = []

    def restore(backup):
        secrets = tmp_path / "secrets.env"
        subprocess.run(
            [sys.executable, "-m", "loket_backup", "restore", "--identity", key[0], "--secrets", secrets, backup],
            env={"PATH": os.environ["PATH"], "MONGO_URI": running.mongo_uri}, check=True, capture_output=True,
        )  # fmt: skip
        credentials.write_for_owner(place / "stack" / "secret", secrets.read_text().strip().partition("=")[2])
        stack = Stack(
            place / "stack", Ports.free(), extra=UNLIMITED,
            environment=running.as_environment(),
        )  # fmt: skip
        stack.start()
        stacks.append(stack)
        return stack

    yield restore
    for stack in stacks:
        stack.stop()
    running.stop()


@pytest.fixture
def residents(stack, tmp_path):
    """Lets residents book, move and cancel in a municipality of their own. Gives the file of their answers."""
    (tmp_path / "plan.yaml").write_text(messages_yaml(MUNICIPALITY), encoding="utf-8")
    (tmp_path / "municipality.yaml").write_text(municipality_yaml(MUNICIPALITY, 8), encoding="utf-8")
    stack.configure_messages(tmp_path / "plan.yaml")
    stack.configure(tmp_path / "municipality.yaml")

    @contextmanager
    def act():
        file = tmp_path / "history.jsonl"
        with closing(History(file)) as history, Load(Gateways([stack.url]), MUNICIPALITY, RATE, SEED, history):
            time.sleep(2)
            yield file

    return act


def known_before(attempts, moment):
    """The attempts, with an unknown outcome for those that were answered after a moment."""
    return [each if each.answered < moment else replace(each, outcome="unknown") for each in attempts]


def test_a_restored_backup_has_all_confirmed_commands_and_later_erasures_are_repeated(
    stack, portal, residents, restored, key, tmp_path
):
    backup = tmp_path / "backup.age"
    erased = portal.booked(contact=a_visitor(email="erased@example.org"))
    with residents() as history:
        began = time.time()
        run("backup", "create", "--recipient", key[1], backup, of=stack)
    run("residents", "erase", "--yes", "rumst", "erased@example.org", of=stack)
    erasures = tmp_path / "erasures.json"
    erasures.write_text(run("residents", "erasures", of=stack).stdout)
    assert "erased@example.org" not in erasures.read_text()

    elsewhere = restored(backup)
    there = Portal.on(elsewhere)
    assert there.get(f"appointments/{erased['id']}", erased["link_token"]).json()["state"] == "booked"
    assert "1 appointments erased" in run("residents", "repeat-erasures", erasures, of=elsewhere).stdout
    assert there.get(f"appointments/{erased['id']}", erased["link_token"]).status_code == 404

    run("events", "republish", "--since", "2020-01-01T00:00:00+00:00", of=elsewhere)
    run("reports", "rebuild", of=elsewhere)
    attempts = known_before(read(history.read_text(encoding="utf-8").splitlines()), began)
    assert sum(each.outcome == "ok" for each in attempts) > RATE

    def violations():
        final = read_final(Access.to(elsewhere, MUNICIPALITY), MUNICIPALITY, list, [])
        # what was sent before the backup was sent by the first installation
        return [each for each in judge(attempts, final).violations if not each.rule.startswith("mail ")]

    assert eventually(lambda: not violations()), json.dumps([str(each) for each in violations()], indent=1)
