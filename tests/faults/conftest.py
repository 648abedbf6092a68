"""A stack whose parts tests may kill."""

from pathlib import Path

import pytest

from loket_local.ports import find_free
from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED, Portal, unbounded

MUNICIPALITIES = Path(__file__).parents[2] / "deploy" / "municipalities"


@pytest.fixture(scope="package")
def own_stack(folder):
    """A stack with servers of its own, whose parts may be killed without harm to other tests."""
    amqp_port, mongo_port = find_free(2)
    ports = Ports.free()
    stack = Stack(
        folder / "faults", Ports(ports.http, ports.mail, ports.smtp, amqp_port, mongo_port), environment={},
        extra={"CLAIM_SECONDS": "4", **UNLIMITED},
    )  # fmt: skip
    stack.start()
    rumst = folder / "faults" / "rumst.yaml"
    rumst.write_text(unbounded((MUNICIPALITIES / "rumst.yaml").read_text(encoding="utf-8")), encoding="utf-8")
    stack.configure(rumst)
    stack.configure_messages(Path(__file__).parents[1] / "at-once.messages.yaml")
    yield stack
    stack.stop()


@pytest.fixture
def portal(own_stack):
    return Portal.on(own_stack)
