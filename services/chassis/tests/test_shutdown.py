"""A service that receives a stop signal ends within 5 s, in every state."""

import contextlib
import signal
import threading
import time

import pytest

from loket_local.ports import LOOPBACK, find_free
from tests import collector as collectors
from tests.client import eventually

#: seconds from SIGTERM to the end of the process
LONGEST = 5.0


def seconds_to_stop(sample):
    began = time.monotonic()
    sample.child.process.send_signal(signal.SIGTERM)
    sample.child.process.wait(15)
    return time.monotonic() - began


def test_a_second_stop_signal_changes_nothing(sample):
    call = threading.Thread(target=sample.ask, args=("sleep", 1))
    call.start()
    time.sleep(0.3)
    for _ in range(3):
        sample.child.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    assert sample.child.process.wait(5) == 0
    call.join()
    assert "AssertionError" not in sample.text()


@pytest.mark.parametrize("state", ["gone", "silent"])
@pytest.mark.parametrize("server", ["broker", "database"])
def test_while_a_server_is_away_a_service_stops_in_time(proxied, server, state):
    proxied.start()
    with getattr(proxied, state)(server):
        time.sleep(0.7)  # the service notices, or waits in a read
        assert seconds_to_stop(proxied.sample) < LONGEST
    assert proxied.sample.child.process.returncode == 0


@pytest.mark.parametrize("state", ["gone", "silent"])
@pytest.mark.parametrize("server", ["broker", "database"])
def test_a_service_that_waits_for_a_server_at_its_start_stops_in_time(proxied, server, state):
    with getattr(proxied, state)(server):
        proxied.sample.start()
        proxied.sample.wait_until("live")
        assert seconds_to_stop(proxied.sample) < LONGEST
    assert proxied.sample.child.process.returncode == 0


def test_a_call_to_the_silent_database_does_not_delay_the_stop(proxied):
    proxied.start()
    with proxied.silent("database"):
        calls = [threading.Thread(target=_ignore_answer, args=(proxied.sample, "read")) for _ in range(3)]
        for call in calls:
            call.start()
        time.sleep(0.3)
        assert seconds_to_stop(proxied.sample) < LONGEST
    for call in calls:
        call.join()


def test_a_busy_event_loop_does_not_delay_the_stop(sample):
    call = threading.Thread(target=_ignore_answer, args=(sample, "compute", 30))
    call.start()
    time.sleep(0.5)
    assert seconds_to_stop(sample) < LONGEST
    assert sample.lines()[-1]["event"] == "could not stop gracefully; exiting"
    call.join()


def _ignore_answer(sample, *call):
    with contextlib.suppress(Exception):
        sample.ask(*call)


def test_while_the_collector_of_traces_is_away_a_service_works_warns_once_and_stops_in_time(proxied):
    (port,) = find_free(1)
    sample = proxied.sample
    sample.start(
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{LOOPBACK}:{port}",
        OTEL_EXPORTER_OTLP_TIMEOUT="0.2",
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    sample.wait_until("ready")
    for number in (1, 2):
        sample.ask("note", "a", number)
        eventually(lambda: "collector" in sample.text())
        time.sleep(0.5)  # more batches are dropped
    sample.ask("note", "a", 3)  # whose spans wait when it stops
    assert seconds_to_stop(sample) < LONGEST
    assert sample.child.process.returncode == 0
    logged = [line["event"] for line in sample.lines() if "collector" in line["event"] or "span" in line["event"]]
    assert logged == ["the collector of traces is unavailable"]


def test_spans_that_wait_when_a_service_stops_reach_the_collector(proxied, tmp_path):
    with collectors.running(tmp_path) as collector:
        proxied.sample.start(OTEL_EXPORTER_OTLP_ENDPOINT=collector.endpoint, OTEL_BSP_SCHEDULE_DELAY="60000")
        proxied.sample.wait_until("ready")
        proxied.sample.ask("note", "a", 1)
        assert seconds_to_stop(proxied.sample) < LONGEST
        eventually(lambda: "sample/note" in {each.name for each in collector.spans()})
    assert {each.service for each in collector.spans()} == {"sample"}
