"""What the tests of all components share: real servers, and the whole stack when a test asks for it.

What only some tests need is imported where it is needed, so that one file of pure tests answers within seconds.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.database import Database

    from loket_local.mongodb import MongoDB
    from loket_local.servers import Servers
    from loket_local.stack import Stack
    from tests.client import Portal

pytest_plugins = ["tests.chromium", "tests.selection"]

ROOT = Path(__file__).parent
LONG = bool(os.environ.get("LOKET_LONG"))
#: what the fuzzer's requests follow from: other ones every day, and those of another day with LOKET_SEED
SEED = int(os.environ.setdefault("LOKET_SEED", f"{dt.date.today():%Y%m%d}"))  # noqa: DTZ011
#: seconds for one test of the long form, such as that of a whole year
LONGEST_TEST = 5400

# the short form tries the same examples every time, so that main passes or fails for what was changed; the long form
# looks for new ones
settings.register_profile(
    "short", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("long", settings.get_profile("short"), max_examples=2000, derandomize=False)
settings.load_profile("long" if LONG else "short")


def pytest_configure(config: pytest.Config) -> None:
    if LONG:
        config.option.timeout = LONGEST_TEST


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.write_line(f"The fuzzer's seed: LOKET_SEED={SEED}")


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder for the data and logs of this run's servers, in memory where there is room: a disk makes writes wait."""
    from tests.run_folder import folder_of_run

    place = folder_of_run(os.getpid())
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def mongo_server(folder: Path) -> Iterator[MongoDB | None]:
    """The mongod of this process of the test run; None where MONGO_URI names another one."""
    from loket_local import mongodb
    from loket_local.ports import find_free

    if os.environ.get("MONGO_URI"):
        yield None
        return
    running = mongodb.start(folder / "mongodb", *find_free(1), folder / "logs")
    yield running
    running.stop()


@pytest.fixture(scope="session")
def mongo_uri(mongo_server: MongoDB | None) -> str:
    """Where the mongod of this process of the test run is, with the password of its administrator."""
    return mongo_server.uri if mongo_server else os.environ["MONGO_URI"]


@pytest.fixture(scope="session")
def servers(folder: Path, mongo_server: MongoDB | None, mongo_uri: str) -> Iterator[Servers]:
    """A RabbitMQ node and a mongod of this process of the test run alone."""
    from loket_local import servers as local_servers
    from loket_local.ports import find_free

    running = local_servers.start(folder, *find_free(1), 0, environment={**os.environ, "MONGO_URI": mongo_uri})
    running.use(mongo_server)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def mongo_client(mongo_uri: str) -> Iterator[MongoClient[dict[str, Any]]]:
    from pymongo import MongoClient

    with MongoClient(mongo_uri, tz_aware=True, w="majority", journal=True) as client:
        yield client


@pytest.fixture(scope="session")
def indexed_databases(mongo_client: MongoClient[dict[str, Any]]) -> Iterator[Callable[[str], Database]]:
    """A database for each folder of tests, whose collections keep their indexes from test to test."""
    made: dict[str, Database] = {}

    def of_folder(folder: str) -> Database:
        return made.setdefault(folder, mongo_client[f"test_{os.getpid()}_{uuid.uuid4().hex[:8]}"])

    yield of_folder
    for each in made.values():
        mongo_client.drop_database(each)


@pytest.fixture
def database(indexed_databases: Callable[[str], Database], request: pytest.FixtureRequest) -> Database:
    """An empty database on the real mongod, of this process alone."""
    from pymongo import WriteConcern

    found = indexed_databases(str(request.path.parent))
    at_once = found.with_options(write_concern=WriteConcern(w=1, j=False))
    for name in at_once.list_collection_names():
        at_once[name].delete_many({})
    return found


@pytest.fixture(scope="session")
def stack(servers: Servers, folder: Path) -> Iterator[Stack]:
    """All four services, the mail catcher and the demo municipality, on this run's servers."""
    from loket_local.stack import Ports, Stack
    from tests.client import INSTALLATION_KEY, UNLIMITED, unbounded

    running = Stack(
        folder / "stack",
        Ports.free(),
        environment=servers.as_environment(),
        extra={**UNLIMITED, "WEBHOOKS_TO_PRIVATE": "true", "INSTALLATION_KEY": INSTALLATION_KEY},
    )
    running.start()
    running.open_desk("rumst")
    # all tests come from one address, and leave forms unfinished that nobody comes back for
    rumst = folder / "rumst.yaml"
    text = (ROOT / "deploy" / "municipalities" / "rumst.yaml").read_text(encoding="utf-8")
    rumst.write_text(unbounded(text), encoding="utf-8")
    running.configure(rumst)
    running.configure_messages(ROOT / "tests" / "at-once.messages.yaml")
    yield running
    running.stop()


@pytest.fixture
def portal(stack: Stack) -> Portal:
    """A web portal that talks to the stack over HTTP."""
    from tests.client import Portal

    return Portal.on(stack)


@pytest.fixture
def staff(stack: Stack) -> Portal:
    """A machine of the municipality, with an administrator's key."""
    from tests.client import Portal

    return Portal.on(stack, key=stack.machine_key("rumst"))


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """What tests/node/package-lock.json pins, installed once."""
    from loket_local import debian

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
