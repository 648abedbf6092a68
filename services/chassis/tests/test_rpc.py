"""A call to another service ends within its deadline, and a refusal keeps its code and parameters."""

import signal
import threading
import time

import pytest
import requests

from loket_chassis.service.container import Container
from loket_chassis.service.health import Readiness
from loket_contracts.errors import Refusal
from tests.client import eventually


def test_a_refusal_keeps_its_code_and_parameters_over_the_bus(sample):
    with pytest.raises(Refusal) as refused:
        sample.ask("refuse")
    assert refused.value.args == ("slot-taken", {"start": "nine"}, [{"pointer": "/a", "detail": "b"}])


def test_a_service_can_call_another_service(sample):
    assert sample.ask("ask_to_sleep", 0.01) == "awake"


def test_a_call_without_a_reply_in_time_has_an_unknown_outcome(sample):
    began = time.monotonic()
    assert sample.ask("ask_to_sleep", 5).startswith("OutcomeUnknown: sample did not answer within 1.0 s")
    assert time.monotonic() - began < 3


def test_an_error_in_the_called_service_is_reported_as_such(sample):
    assert sample.ask("ask_someone", "fail").startswith("RemoteError: RuntimeError")
    assert sample.ask("ask_someone", "no_such_method").startswith("MethodNotFound")


@pytest.mark.parametrize("method", ["broken", "half_a_character"])
def test_a_reply_that_cannot_be_serialised_is_an_error_and_the_service_continues(sample, method):
    assert sample.ask("ask_someone", method).startswith("RemoteError: UnwritableAnswer")
    assert sample.ask("sleep", 0) == "awake"


def test_sigterm_lets_running_calls_finish(sample, sample_database):
    sample.ask("note", "a", 1)  # the outbox relay has a connection to close, too
    eventually(lambda: sample_database.notes.find_one({"_id": "a", "outbox": []}))
    threading.Timer(0.4, lambda: sample.child.process.send_signal(signal.SIGTERM)).start()
    assert sample.ask("sleep", 1.2) == "awake"
    assert sample.child.process.wait(15) == 0
    assert sample_database.slept.count_documents({}) == 1


def test_the_probes_and_metrics_respond(sample):
    base = f"http://127.0.0.1:{sample.port}"
    assert requests.get(f"{base}/health/live", timeout=5).json() == {"status": "ok"}
    assert requests.get(f"{base}/health/ready", timeout=5).json() == {"status": "ok", "broker": "ok", "database": "ok"}
    sample.ask("note", "a", 1)
    eventually(
        lambda: (
            'loket_events_published_total{type="appointment.booked.v1"} 1.0'
            in requests.get(f"{base}/metrics", timeout=5).text
        )
    )


def test_a_service_is_not_ready_before_it_consumes_its_queues(servers):
    class Starting:
        name = "starting"
        readiness = Readiness()

    container = Container(Starting, {"AMQP_URI": servers.amqp_uri})
    (readiness,) = container.dependencies
    assert readiness.ask() == {"broker": "its queues are not read yet"}
    readiness.queue_consumer.state = "ok"
    assert readiness.ask() == {"broker": "ok"}
    container.waits_for["Stores"] = "waits: AutoReconnect"
    assert readiness.ask() == {"broker": "ok", "Stores": "waits: AutoReconnect"}


def test_every_log_line_is_json_with_the_name_of_the_service(sample):
    import json

    assert sample.ask("ask_someone", "fail") == "RemoteError: RuntimeError as asked"
    lines = [json.loads(line) for line in sample.log.read_text().splitlines()]
    (failure,) = [line for line in lines if line["event"] == "work failed"]
    assert failure["entrypoint"] == "fail"
    assert len(failure["trace"]) == 32
    assert {line["service"] for line in lines} == {"sample"}
