"""nameko can bind every service class with its dependencies."""

import subprocess
import sys

import pytest

BIND = """
from loket_chassis.service import run
import os
from types import SimpleNamespace
from loket_chassis.service.container import Container
service = run._load("{}")
settings = SimpleNamespace(
    mongo_uri="mongodb://127.0.0.1:1/?connect=false", mongo_database="none", max_workers=1, public_url="http://x"
)
container = Container(service, {{"AMQP_URI": "pyamqp://", "settings": settings}})
print(*sorted(type(each).__name__ for each in container.extensions), flush=True)
os._exit(0)
"""


@pytest.mark.parametrize(
    ("service", "needed"),
    [
        ("loket_booking.service:BookingService", "Outbox"),
        ("loket_notification.service:NotificationService", "Outbox"),
        ("loket_reporting.service:ReportingService", "Outbox"),
        ("loket_gateway.service:GatewayService", "Authentication"),
    ],
)
def test_nameko_can_bind_every_service_class(service, needed):
    command = [sys.executable, "-W", "ignore", "-c", BIND.format(service)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert needed in done.stdout.split()
