"""The log of a service: JSON lines, a trace on those of a request, and one line for an outage and one for its end."""

import itertools
import time

import pytest
from amqp.exceptions import AccessRefused, ConnectionForced, PreconditionFailed
from kombu.exceptions import EncodeError, OperationalError
from structlog.testing import capture_logs

from loket_chassis.messaging.queue_consumer import QueueConsumer
from loket_chassis.runtime.logs import StandardError
from loket_chassis.runtime.unavailable import is_unavailable
from tests.client import eventually

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def lines_about(sample, event):
    return [line for line in sample.lines() if line["event"] == event]


def test_every_line_is_json_with_the_name_of_the_service(sample):
    assert sample.ask("ask_someone", "fail") == "RemoteError: RuntimeError as asked"
    (failure,) = lines_about(sample, "work failed")
    assert failure["entrypoint"] == "fail"
    assert len(failure["trace"]) == 32
    assert {line["service"] for line in sample.lines()} == {"sample"}


def test_a_failure_is_logged_once_with_its_traceback(sample):
    sample.ask("ask_someone", "fail")
    with_traceback = [line for line in sample.lines() if "exception" in line]
    assert [line["event"] for line in with_traceback] == ["work failed"]


def test_tracebacks_and_warnings_on_standard_error_are_json(sample):
    sample.ask("fail_in_threads")
    eventually(lambda: "and another" in sample.text())
    tracebacks = [line for line in sample.lines() if "in a thread" in line.get("exception", "")]
    assert len(tracebacks) == 2
    assert all(line["level"] == "error" and line["exception"].startswith("Traceback") for line in tracebacks)
    texts = [line["text"] for line in lines_about(sample, "line on standard error")]
    assert any("a warning" in text for text in texts)
    assert {"a line", "and another"} <= set(texts)


def entries(*writes, flush=True):
    """What is logged of the parts that are written to standard error."""
    with capture_logs() as lines:
        stream = StandardError()
        for text in writes:
            stream.write(text)
        if flush:
            stream.flush()
    return [line.get("exception") or line["text"] for line in lines]


TRACEBACK = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n    raise error\n'


@pytest.mark.parametrize(
    "writes",
    [
        (f"{TRACEBACK}ValueError: one\ntwo\n",),
        (TRACEBACK, "ValueError: one\ntwo\n"),
        (TRACEBACK, "ValueError", ": ", "one\ntwo", "\n"),
        (*TRACEBACK.splitlines(keepends=True), "ValueError: one\ntwo"),
    ],
)
def test_a_traceback_whose_message_has_several_lines_is_one_entry(writes):
    assert entries(*writes) == [f"{TRACEBACK}ValueError: one\ntwo"]


def test_a_line_after_a_traceback_is_an_entry_of_its_own():
    assert entries("before\n", f"{TRACEBACK}KeyError: 1\n", "after\n", flush=False) == [
        "before", f"{TRACEBACK}KeyError: 1", "after",
    ]  # fmt: skip


def test_a_line_without_an_end_is_written_when_it_is_flushed():
    assert entries("half", " a line", flush=False) == []
    assert entries("half", " a line") == ["half a line"]


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionForced(), True), (OperationalError(), True), (TimeoutError(), True), (ConnectionResetError(), True),
        (AccessRefused(), False), (PreconditionFailed(), False), (EncodeError(), False),
    ],
)  # fmt: skip
def test_an_error_of_the_broker_that_does_not_pass_is_no_outage(error, passes):
    assert is_unavailable(error) == passes


@pytest.mark.parametrize("error", [ValueError("a defect"), PreconditionFailed()])
def test_an_error_other_than_an_outage_while_messages_are_read_is_one_warning(error, monkeypatch):
    monkeypatch.setattr("loket_chassis.runtime.backoff.delays", lambda: itertools.repeat(0))
    attempts = iter(range(3))

    class Failing(QueueConsumer):
        _consumers, _pending_remove_providers, should_stop = {}, {}, False

        def _read(self):
            self.should_stop = next(attempts) == 2
            raise error

    with capture_logs() as lines:
        Failing().run()
    assert next(attempts, None) is None
    assert [(line["log_level"], line["event"], line.get("exc_info")) for line in lines] == [
        ("warning", "messages cannot be read; trying again", True)
    ]


def test_a_call_and_the_consumer_of_its_event_log_its_trace(sample):
    sample.child.kill()
    sample.start(LOG_LEVEL="DEBUG")
    sample.wait_until("ready")
    sample.answer_to("note", ["a", 1, "shy"], {"nameko.traceparent": TRACE})
    eventually(lambda: [line for line in lines_about(sample, "worked") if line["entrypoint"] == "on_note"][1:])
    traced = [line for line in sample.lines() if line.get("trace") == TRACE[3:35]]
    events = [(line["event"], line.get("entrypoint")) for line in traced]
    assert ("worked", "note") in events
    assert ("event failed; retrying", None) in events
    assert events.count(("worked", "on_note")) == 2


def test_an_outage_of_the_broker_is_one_warning_and_its_end_one_line(proxied):
    proxied.start()
    sample = proxied.sample
    with proxied.gone("broker"):
        eventually(lambda: lines_about(sample, "the broker is unavailable"))
        time.sleep(3)
    eventually(lambda: lines_about(sample, "the broker is available again"))
    assert sample.ask("sleep", 0) == "awake"
    assert outages(sample) == [
        ("warning", "the broker is unavailable"), ("info", "the broker is available again"),
    ]  # fmt: skip
    assert tracebacks(sample) == []


def test_an_outage_of_the_database_is_one_warning_and_its_end_one_line(proxied):
    proxied.start()
    sample = proxied.sample
    with proxied.gone("database"):
        eventually(lambda: lines_about(sample, "the database is unavailable"))
        for _ in range(3):
            answer = sample.answer_to("read", [], {"nameko.deadline": int((time.time() + 0.3) * 1000)})
            assert answer["error"]["exc_args"][0] == "outcome-unknown"
    eventually(lambda: lines_about(sample, "the database is available again"))
    assert sample.ask("read") == 0
    assert outages(sample) == [
        ("warning", "the database is unavailable"), ("info", "the database is available again"),
    ]  # fmt: skip
    assert tracebacks(sample) == []


def test_calls_whose_time_ends_while_they_connect_to_a_slow_database_are_no_outage(proxied):
    proxied.start()
    sample = proxied.sample
    proxied.database.slow_down(0.3)
    for _ in range(6):
        answer = sample.answer_to("read", [], {"nameko.deadline": int((time.time() + 0.3) * 1000)})
        assert answer["error"]["exc_args"][0] == "outcome-unknown"
    proxied.database.slow_down(0)
    assert sample.ask("read") == 0
    with proxied.gone("database"):
        eventually(lambda: lines_about(sample, "the database is unavailable"))
    eventually(lambda: lines_about(sample, "the database is available again"))
    assert len(outages(sample)) == 2, "those of the real outage"


def test_a_start_without_broker_and_database_is_one_warning_for_each(proxied):
    with proxied.gone("broker"):
        with proxied.gone("database"):
            proxied.sample.start()
            eventually(lambda: lines_about(proxied.sample, "the database is unavailable"))
            time.sleep(1)
        eventually(lambda: lines_about(proxied.sample, "the broker is unavailable"))
        time.sleep(1)
    proxied.sample.wait_until("ready")
    assert sorted(outages(proxied.sample)) == [
        ("info", "the broker is available again"), ("info", "the database is available again"),
        ("warning", "the broker is unavailable"), ("warning", "the database is unavailable"),
    ]  # fmt: skip
    assert tracebacks(proxied.sample) == []


def outages(sample):
    """What was said at level warning or above, and about outages."""
    return [
        (line["level"], line["event"])
        for line in sample.lines()
        if line["level"] not in ("info", "debug") or "available" in line["event"]
    ]


def tracebacks(sample):
    return [line for line in sample.lines() if "exception" in line]
