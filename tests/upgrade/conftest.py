"""The sources of the last release, and a stack whose services are replaced while residents use it."""

import re

import pytest

from conftest import LONG
from loket_local.ports import find_free
from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED, Portal, unbounded

from .releases import ROOT, extract_sources, last_release


@pytest.fixture(scope="package")
def released(tmp_path_factory):
    """The sources of the last release."""
    if (release := last_release()) is None:
        pytest.skip("this clone has neither tags nor the commit of a release: git fetch --unshallow --tags")
    return extract_sources(release, tmp_path_factory.mktemp("released"))


@pytest.fixture(scope="package")
def own_stack(folder):
    """A stack whose services are all replaced."""
    amqp_port, mongo_port = find_free(2)
    ports = Ports.free()
    running = Stack(
        folder / "upgrade",
        Ports(ports.http, ports.mail, ports.smtp, amqp_port, mongo_port),
        environment={},
        extra=UNLIMITED,
    )
    running.start()
    municipality = folder / "upgrade" / "rumst.yaml"
    text = (ROOT / "deploy" / "municipalities" / "rumst.yaml").read_text(encoding="utf-8")
    municipality.write_text(unbounded(text), encoding="utf-8")
    running.configure(municipality)
    running.configure_messages(ROOT / "tests" / "at-once.messages.yaml")
    yield running
    running.stop()


@pytest.fixture
def upgraded_stack(request, folder):
    """In the short form only booking is replaced, so that the stack of the other tests will do.

    Its file has none of the settings that the last release refuses, as before an upgrade.
    """
    stack = request.getfixturevalue("own_stack" if LONG else "stack")
    present = folder / ("upgrade/rumst.yaml" if LONG else "rumst.yaml")
    before = folder / "before-upgrade.yaml"
    before.write_text(without_new_settings(present.read_text(encoding="utf-8")), encoding="utf-8")
    stack.configure(before)
    yield stack
    stack.configure(present)


def without_new_settings(text):
    """A municipality file as the last release reads it."""
    new = r"online: \{confirm:|    confirm:|    icon:|    languages:|privacy:|offer_hours:"
    return re.sub(rf"^({new}).*\n", "", text, flags=re.MULTILINE)


@pytest.fixture
def portal(upgraded_stack):
    """A portal with a key: strangers have to confirm what they book, as soon as the gateway is upgraded."""
    return Portal.on(upgraded_stack, key=upgraded_stack.machine_key("rumst"))
