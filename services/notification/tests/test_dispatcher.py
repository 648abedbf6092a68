"""The background dispatcher: what its metrics say."""

import pytest
from prometheus_client import REGISTRY

from loket_notification.commands import send  # noqa: F401 - it defines the counter
from loket_notification.domain.kinds import CHANNELS


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_count_of_uncertain_messages_is_there_before_the_first_so_that_an_alert_sees_it_rise(channel):
    assert REGISTRY.get_sample_value("loket_messages_uncertain_total", {"channel": channel}) is not None
