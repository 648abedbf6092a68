"""Two versions share the broker and the databases while residents go on: nothing is refused, lost or misread.

docs/upgrading.md has the order: a service comes before those that call it, and goes back after them.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.collection import Collection

from conftest import LONG
from loket_local.components import Component
from loket_local.ports import LOOPBACK
from loket_local.stack import Stack
from tests.client import Portal, eventually
from tests.counted import wait_until_counted

from .releases import ROOT, another
from .traffic import Traffic

#: callers come after the services that they call
ORDER = ("booking", "notification", "reporting", "gateway") if LONG else ("booking",)
#: what release 0.1 may print at its very end; lines of its log can come between this and its heading
DESTRUCTOR = re.compile(
    r"^Traceback [^\n]*\n  File \"[^\n]*limits/storage/mongodb\.py\", line \d+, in __del__$.*?(?=^\{|\Z)",
    re.DOTALL | re.MULTILINE,
)
#: seconds that both versions of a service share the work, and requests a second meanwhile
TOGETHER, RATE = (6.0, 4.0) if LONG else (1.0, 10.0)


class Rollout:
    """The running instance of each service, and the stack whose services they replace."""

    def __init__(self, stack: Stack, traffic: Traffic) -> None:
        self.stack, self.traffic = stack, traffic
        self.running = dict(stack.components)
        self.logs: set[Path] = set()

    def replace(self, name: str, sources: Path, version: str) -> None:
        """Start an instance on other sources, let both work side by side, then stop the first."""
        servers = self.stack.servers
        one_user_for_all = {"AMQP_URI": servers.amqp_uri, "MONGO_URI": servers.mongo_uri}
        before = self.running[name]
        after = another(self.stack.components[name], sources, version, **one_user_for_all)
        after.start()
        after.wait_until("ready")
        self.running[name] = after
        self.logs.add(after.log)
        self._direct_traffic(name, after)
        time.sleep(TOGETHER)
        before.stop()
        time.sleep(TOGETHER / 2)

    def restore(self) -> None:
        """Go on with the instances that the stack began with."""
        for name, component in self.running.items():
            if component is not (first := self.stack.components[name]):
                first.start()
                first.wait_until("ready")
                self._direct_traffic(name, first)
                component.stop()

    def _direct_traffic(self, name: str, component: Component) -> None:
        """Send requests to a new gateway before the earlier one stops, as a load balancer does."""
        if name == "gateway":
            self.traffic.move_to(f"http://{LOOPBACK}:{component.port}")


@contextmanager
def rollout(stack: Stack, portal: Portal) -> Iterator[Rollout]:
    """Traffic that goes on meanwhile, and a check afterwards that every answer still holds."""
    with Traffic(portal, RATE) as traffic:
        rolling = Rollout(stack, traffic)
        try:
            yield rolling
        finally:
            rolling.restore()
    print(
        f"{sum(traffic.answered.values())} answers, the slowest after {traffic.slowest:.2f} s: {dict(traffic.answered)}"
    )
    require_confirmed(stack, traffic)
    for log in rolling.logs:
        assert "Traceback" not in DESTRUCTOR.sub("", log.read_text(errors="replace")), log


def require_confirmed(stack: Stack, traffic: Traffic) -> None:
    """Nothing was refused; every appointment is as it was confirmed, was mailed once, and is counted once."""
    for identifier, confirmed in traffic.confirmed.items():
        traffic.check(identifier, confirmed)
    assert traffic.refused == []
    with MongoClient(stack.servers.mongo_uri) as client:
        for identifier in traffic.confirmed:
            (confirmation,) = eventually(partial(settled_confirmations, client, identifier))
            assert confirmation["state"] in ("sent", "suppressed"), confirmation
        wait_until_counted(stack.servers.mongo_uri, "rumst")
        generation = client.loket_reporting.generations.find_one({"_id": "now"})["current"]
        facts = client.loket_reporting[f"appointments_{generation}"]
        ours = {"_id": {"$in": list(traffic.confirmed)}}
        states = {each["_id"] for each in facts.find(ours, {"_id": 1})}
        assert states == {*traffic.confirmed}
        eventually(partial(figures_equal_facts, Portal.on(stack, key=stack.machine_key("rumst")), facts))


def figures_equal_facts(staff: Portal, facts: Collection[dict[str, Any]]) -> bool:
    """Whether the figures count each state as often as it is in the facts, whichever version consumed the events."""
    period = {"from": "2026-01-01", "to": "2030-12-31"}
    found = staff.get("reports/overview", params=period).json()["figures"]
    states = Counter(each["state"] for each in facts.find({"municipality": "rumst", "newest": {"$ne": None}}))
    return found["appointments"] == states.total() and all(found[name] == count for name, count in states.items())


def settled_confirmations(client: MongoClient, appointment: str) -> list[dict[str, str]]:
    """The confirmations of an appointment, once settled; an earlier move suppresses one."""
    messages = client.loket_notification.messages
    about = {"appointment": appointment, "kind": "confirmation"}
    found = list(messages.find(about, {"state": 1, "reason": 1}))
    return [] if {each["state"] for each in found} & {"planned", "sending"} else found


def test_services_are_upgraded_and_rolled_back_while_residents_book(upgraded_stack, portal, released):
    with rollout(upgraded_stack, portal) as rolling:
        # the stack begins with this version, so the first change is a roll-back
        for label in ("first", "second") if LONG else ("first",):
            for name in reversed(ORDER):
                rolling.replace(name, released, f"released-{label}")
            for name in ORDER:
                rolling.replace(name, ROOT, f"present-{label}")
