"""Probes and metrics have an address of their own when PROBE_ADDRESS is set."""

import pytest
import requests

from loket_local.ports import find_free
from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED

PROBES = ("/health/live", "/health/ready", "/metrics")


@pytest.fixture(scope="module")
def addresses(stack, servers, folder):
    """Where one more gateway serves its pages, and where its probes."""
    (port,) = find_free(1)
    probes = f"127.0.0.1:{port}"
    uris = servers.as_environment()
    settings = {**UNLIMITED, "PROBE_ADDRESS": probes}
    another = Stack(folder / "probe-address", Ports.free(), environment=uris, extra=settings)
    component = another.gateway_alone()
    yield another.url, f"http://{probes}"
    component.stop()


def test_probes_answer_at_their_own_address_and_not_beside_the_pages(addresses):
    pages, probes = addresses
    assert [requests.get(probes + path, timeout=15).status_code for path in PROBES] == [200, 200, 200]
    assert [requests.get(pages + path, timeout=15).status_code for path in PROBES] == [404, 404, 404]


def test_pages_do_not_answer_at_the_address_of_the_probes(addresses):
    pages, probes = addresses
    for path in ("/rumst/", "/api/v1/municipalities"):
        assert requests.get(pages + path, timeout=15).status_code == 200
        assert requests.get(probes + path, timeout=15).status_code == 404


def test_without_a_setting_probes_answer_beside_the_pages(portal):
    assert [requests.get(portal.url + path, timeout=15).status_code for path in PROBES] == [200, 200, 200]
