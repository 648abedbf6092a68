"""Which tests run, in which order, and which of them in one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

#: the order in which `make test` hands its scopes out, the longest first: files and folders. A folder is one scope when
#: its tests share what is slow to make; else each file is one, or each test of a file that takes long
SCOPES = {
    "tests/faults": "folder", "tests/browser/test_accessibility.py": "file", "deploy": "folder",
    "gateway/tests/test_removed_entries.py": "file", "tests/fuzzing/test_openapi.py": "test", "tests/fuzzing": "file",
    "tests/figures": "folder",
    "tests/deployment": "folder", "tests/upgrade": "folder", "tests/browser": "file", "tests/interop": "file",
    "tests/attacks": "folder",
    "services/chassis/tests/test_shutdown.py": "test", "services/chassis/tests/test_logs.py": "test",
    "services/chassis": "file", "tests/compatibility": "file", "tests/architecture": "file", "tests/storage": "file",
    "services/booking": "file", "gateway": "file", "services/reporting": "file",
    "tests/journeys": "file", "services/notification": "file", "tests/docs": "folder",
}  # fmt: skip
#: fixtures that every test with a server, a browser or packages of npm asks for, itself or through others
SERVED = {"folder", "browser", "node_modules"}
#: folders without a pure test. Some of their tests start servers or build packages without a fixture that says so, and
#: their imports take seconds
NOT_PURE = (
    "deploy/", "tests/attacks/", "tests/browser/", "tests/deployment/", "tests/faults/", "tests/fuzzing/",
    "tests/interop/", "tests/journeys/", "tests/upgrade/",
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pure", action="store_true", help="only the tests that need no server, browser or network")
    parser.addoption("--part", metavar="N/M", help="only every M-th test, from the N-th on (N counts from 1)")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import files of which no test is pure when only pure tests are asked for."""
    if not config.getoption("pure"):
        return None
    path = f"{collection_path.relative_to(config.rootpath).as_posix()}/" if collection_path.is_dir() else ""
    return True if path in NOT_PURE else None


def place_of(nodeid: str) -> str | None:
    """The file or folder of SCOPES that a test belongs to."""
    return next((place for place in SCOPES if nodeid.startswith((f"{place}/", f"{place}::"))), None)


def scope_of(nodeid: str) -> str:
    """The name of what one process of `make test` runs together."""
    place = place_of(nodeid) or ""
    match SCOPES.get(place):
        case "test":
            return nodeid
        case "folder":
            return place
    return nodeid.partition("::")[0]


def is_pure(item: pytest.Item) -> bool:
    names = getattr(item, "fixturenames", ())
    return SERVED.isdisjoint(names) and not item.nodeid.startswith(NOT_PURE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    order = {place: number for number, place in enumerate(SCOPES)}
    items.sort(key=lambda item: order.get(place_of(item.nodeid) or "", len(order)))
    chosen = [item for item in items if is_pure(item)] if config.getoption("pure") else list(items)
    if part := config.getoption("part"):
        number, _, of = part.partition("/")
        chosen = chosen[int(number) - 1 :: int(of)]
    if len(chosen) < len(items):
        kept = set(chosen)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = chosen


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class ByScope(LoadScopeScheduling):
        """Gives a process of `make test` one scope at a time, and never a part of one."""

        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return ByScope(config, log)
