"""A mail server of the test's own, and a harness that sends by it."""

import pytest
from notification_harness import NotificationHarness
from provider_servers import SmtpServer


@pytest.fixture
def provider_server():
    made = SmtpServer()
    yield made
    made.close()


@pytest.fixture
def notification(database, provider_server, tmp_path):
    return NotificationHarness(database, provider_server.channel("accept"), tmp_path)
