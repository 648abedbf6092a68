"""nameko can bind every service class with its dependencies."""

import json
import subprocess
import sys

import pytest

BIND = """
from loket_chassis.service import run
import json, os, sys
from types import SimpleNamespace
from loket_chassis.service.container import Container
settings = SimpleNamespace(
    mongo_uri="mongodb://127.0.0.1:1/?connect=false", mongo_database="none", max_workers=1, public_url="http://x"
)
for service in sys.argv[1:]:
    container = Container(run._load(service), {"AMQP_URI": "pyamqp://", "settings": settings})
    print(json.dumps(sorted(type(each).__name__ for each in container.extensions)), flush=True)
os._exit(0)
"""
NEEDED = {
    "loket_booking.service:BookingService": "Outbox",
    "loket_notification.service:NotificationService": "Outbox",
    "loket_reporting.service:ReportingService": "Outbox",
    "loket_gateway.service:GatewayService": "Authentication",
}


@pytest.fixture(scope="module")
def bound():
    """The extensions of each service class that one process has bound."""
    command = [sys.executable, "-W", "ignore", "-c", BIND, *NEEDED]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip(NEEDED, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("service", NEEDED)
def test_nameko_can_bind_every_service_class(bound, service):
    assert NEEDED[service] in bound[service]
