"""Two versions share the broker and the databases while residents go on: nothing is refused, lost or misread.

docs/upgrading.md has the order: a service comes before those that call it, and goes back after them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pymongo import MongoClient

from conftest import LONG
from loket_local.stack import Stack
from tests.client import Portal, eventually
from tests.counted import wait_until_counted

from .releases import ROOT, another
from .traffic import Traffic

ORDER = ("booking", "notification", "reporting", "gateway")
#: seconds that both versions of a service share the work, and requests a second meanwhile
TOGETHER, RATE = (20.0, 6.0) if LONG else (2.0, 6.0)


class Rollout:
    """The running instance of each service, and the sources that it runs on."""

    def __init__(self, stack: Stack, traffic: Traffic) -> None:
        self.stack, self.traffic = stack, traffic
        self.running = dict(stack.components)

    def replace(self, name: str, sources: Path, label: str, together: float = TOGETHER) -> None:
        """Start an instance on other sources, let both work side by side, then stop the first."""
        before, after = self.running[name], another(self.stack.components[name], sources, label)
        after.start()
        after.wait_until("ready")
        self.running[name] = after
        if name == "gateway":
            self.traffic.move_to(f"http://127.0.0.1:{after.port}")
        time.sleep(together)
        before.stop()
        time.sleep(together / 2)

    def stop(self) -> None:
        for component in self.running.values():
            component.stop()


@contextmanager
def rollout(stack: Stack, portal: Portal, seed: int) -> Iterator[Rollout]:
    with Traffic(portal, RATE, seed) as traffic:
        rolling = Rollout(stack, traffic)
        yield rolling
    require_promises(stack, portal, traffic)
    require_clean_logs(rolling.running.values())


def require_promises(stack: Stack, portal: Portal, traffic: Traffic) -> None:
    """Nothing was refused; every appointment is as it was confirmed, was mailed once, and is counted."""
    assert traffic.refused == []
    for identifier, promise in traffic.promises.items():
        traffic.check(identifier, promise)
    assert traffic.refused == []
    for identifier, promise in traffic.promises.items():
        kinds = eventually(partial(sent, stack, identifier))
        assert kinds.count("confirmation") == 1, (identifier, kinds, promise)
    wait_until_counted(stack.servers.mongo_uri, "rumst")
    with MongoClient(stack.servers.mongo_uri) as client:
        facts = client.loket_reporting.generations.find_one({"_id": "now"})["current"]
        counted = client.loket_reporting[f"appointments_{facts}"].count_documents({"municipality": "rumst"})
        stored = client.loket_booking.cards.count_documents({"municipality": "rumst"})
    assert counted == stored, "one fact for each appointment"


def sent(stack: Stack, appointment: str) -> list[str]:
    """The kinds of messages that were sent about an appointment."""
    with MongoClient(stack.servers.mongo_uri) as client:
        found = client.loket_notification.messages.find({"appointment": appointment, "state": "sent"})
        return [each["kind"] for each in found]


def require_clean_logs(components) -> None:
    for component in components:
        assert "Traceback" not in component.log.read_text(errors="replace"), component.log


def test_all_services_are_upgraded_and_rolled_back_while_residents_book(stack, portal, released):
    with rollout(stack, portal, seed=1) as rolling:
        for name in reversed(ORDER):  # the stack starts on the present sources: first back to the release
            rolling.replace(name, released, "released")
        for name in ORDER:
            rolling.replace(name, ROOT, "present")
        for name in reversed(ORDER):
            rolling.replace(name, released, "again-released")
        for name in ORDER:
            rolling.replace(name, ROOT, "again-present")
