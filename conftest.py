"""What the tests of all components share: real servers, and the whole stack when a test asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from pymongo import MongoClient
from pymongo.database import Database
from xdist.scheduler import LoadScopeScheduling

from loket_local import debian
from loket_local import servers as local_servers
from loket_local.ports import find_free
from loket_local.servers import Servers
from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED, Portal

pytest_plugins = ["tests.chromium"]

ROOT = Path(__file__).parent
LONG = bool(os.environ.get("LOKET_LONG"))
#: seconds for one test of the long form, such as that of a whole year
LONGEST_TEST = 5400

# the short form tries the same examples every time, so that main passes or fails for what was changed; the long form
# looks for new ones
settings.register_profile(
    "short", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("short"), max_examples=2000, derandomize=False)
settings.load_profile("long" if LONG else "short")


#: folders whose tests share what is slow to start, the longest first; `make test` gives each to one of its processes
TOGETHER = (
    "tests/fuzzing", "tests/browser", "tests/faults", "deploy", "tests/figures", "services/booking", "gateway",
    "services/reporting", "tests/interop", "tests/journeys", "tests/docs", "services/notification", "services/chassis",
    "tests/deployment",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    if LONG:
        config.option.timeout = LONGEST_TEST


def together(nodeid: str) -> int:
    """Which of these folders a test is in."""
    return next((at for at, each in enumerate(TOGETHER) if nodeid.startswith(f"{each}/")), len(TOGETHER))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: together(item.nodeid))


class ByFolder(LoadScopeScheduling):
    """Gives a process of `make test` one of these folders at a time, and never a part of one.

    The long form of the fuzzing is many tests of minutes each, which both processes share.
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if LONG and "fuzzing/test_openapi.py::" in nodeid else str(together(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFolder:
    return ByFolder(config, log)


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for the data and logs of this run's servers; kept when something failed to start."""
    place = ROOT / ".local" / f"test-{os.getpid()}"
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def servers(folder: Path) -> Iterator[Servers]:
    """A RabbitMQ node and a mongod of this test run alone."""
    amqp_port, mongo_port = find_free(2)
    running = local_servers.start(folder, amqp_port, mongo_port)
    yield running
    running.stop()


@pytest.fixture
def database(servers: Servers) -> Iterator[Database]:
    """An empty database on the real mongod."""
    client = MongoClient(servers.mongo_uri, tz_aware=True, w="majority", journal=True)
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield client[name]
    client.drop_database(name)
    client.close()


@pytest.fixture(scope="session")
def stack(servers: Servers, folder: Path) -> Iterator[Stack]:
    """All four services, the mail catcher and the demo municipality, on this run's servers."""
    running = Stack(
        folder / "stack",
        Ports.free(),
        environment={"AMQP_URI": servers.amqp_uri, "MONGO_URI": servers.mongo_uri},
        extra={**UNLIMITED, "WEBHOOKS_TO_PRIVATE": "true"},
    )
    running.start()
    running.open_desk("rumst")
    # all tests come from one address, and leave forms unfinished that nobody comes back for
    rumst = folder / "rumst.yaml"
    text = (ROOT / "deploy" / "municipalities" / "rumst.yaml").read_text(encoding="utf-8")
    rumst.write_text(text.replace("most_holds_per_client: 20", "most_holds_per_client: 0", 1), encoding="utf-8")
    running.configure(rumst)
    running.configure_messages(ROOT / "tests" / "at-once.messages.yaml")
    yield running
    running.stop()


@pytest.fixture
def portal(stack: Stack) -> Portal:
    """A web portal that talks to the stack over HTTP."""
    return Portal.on(stack)


@pytest.fixture
def staff(stack: Stack) -> Portal:
    """A machine of the municipality, with an administrator's key."""
    return Portal.on(stack, key=stack.machine_key("rumst"))


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """What tests/node/package-lock.json pins, installed once."""
    place, tools = ROOT / "tests" / "node", Path(sys.executable).parent
    with debian.alone():
        _install_node_modules(place, tools)
    return place / "node_modules"


def _install_node_modules(place: Path, tools: Path) -> None:
    installed = place / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (place / "package-lock.json").stat().st_mtime:
        command = [tools / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(
            command,
            cwd=place,
            check=True,
            env={**os.environ, "PATH": f"{tools}:{os.environ.get('PATH', os.defpath)}"},
            timeout=240,
        )
