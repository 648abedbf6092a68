"""A call to another service ends within its deadline, and a refusal keeps its code and parameters."""

import signal
import threading
import time
from importlib.metadata import version
from types import SimpleNamespace

import pytest
import requests
from amqp.basic_message import Message
from amqp.exceptions import NotFound
from kombu import Connection, Queue
from nameko.exceptions import IncorrectSignature
from sample import Sample
from structlog.testing import capture_logs

from loket_chassis.messaging.rpc import ReplyConsumer, rpc_client
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


def test_a_message_is_a_dataclass_on_both_sides_of_the_bus(sample):
    assert sample.ask("ask_to_greet") == "Caller ro-1 ('milieu',)"


def test_two_versions_of_a_method_are_served_side_by_side(sample):
    assert sample.ask("greet", "Lieve") == "hello Lieve"
    assert sample.ask("greet@2", {"kind": "portal", "name": "vlaanderen"}) == "Caller vlaanderen None"


def test_a_message_of_another_shape_is_refused_before_the_method_runs(sample):
    with pytest.raises(Refusal) as refused:
        sample.ask("greet@2", {"kind": "stranger", "age": 4})
    assert refused.value.code == "invalid-request"
    assert {each["pointer"] for each in refused.value.errors} == {"/kind", "/age"}


@pytest.mark.parametrize(
    ("args", "kwargs"), [((), {}), (("a", "b"), {}), (("a",), {"name": "b"}), ((), {"names": "a"})]
)
def test_a_call_with_other_arguments_is_not_executed(sample, args, kwargs):
    with pytest.raises(IncorrectSignature):
        sample.ask("greet", *args, **kwargs)


def test_a_call_in_another_format_is_not_executed(sample):
    assert sample.answer_to("sleep", [0], {"rpc-version": 2})["error"]["exc_type"] == "MalformedRequest"
    assert sample.answer_to("sleep", [0], {"rpc-version": 1})["result"] == "awake"


def test_a_call_without_a_reply_in_time_has_an_unknown_outcome(sample):
    began = time.monotonic()
    assert sample.ask("ask_to_sleep", 5).startswith("OutcomeUnknown: sample did not answer within 1.0 s")
    assert time.monotonic() - began < 3


def test_an_error_in_the_called_service_is_reported_as_such(sample):
    assert sample.ask("ask_someone", "fail").startswith("RemoteError: RuntimeError")
    assert sample.ask("ask_someone", "no_such_method").startswith("MethodNotFound")


def test_a_refusal_with_the_code_of_a_later_release_can_be_retried(sample):
    assert (
        sample.ask("ask_someone", "refuse_as_a_later_release") == "Unavailable: sample refused: code-of-a-later-release"
    )


def test_a_service_that_drops_a_call_is_unavailable(sample):
    assert sample.ask("ask_someone", "drop") == "Unavailable: sample refused: service-unavailable"


def test_after_an_earlier_call_of_the_same_worker_a_dropped_call_has_an_unknown_outcome(sample):
    assert sample.ask("ask_in_turn", ["read", "drop"]) == "OutcomeUnknown: sample refused: service-unavailable"


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
    published = 'loket_events_published_total{type="appointment.booked.v1"}'
    before = sample.metric(published)
    sample.ask("note", "a", 1)
    eventually(lambda: sample.metric(published) == before + 1)


def test_a_service_is_not_ready_before_it_consumes_its_queues(servers):
    class Starting:
        name = "starting"
        readiness = Readiness()

    container = Container(Starting, {"AMQP_URI": servers.amqp_uri})
    (readiness,) = container.dependencies
    assert readiness.ask() == {"broker": "its queues are not read yet"}
    readiness.queue_consumer.state = "ok"
    assert readiness.ask() == {"broker": "ok"}
    container.waits_for[readiness] = "waits: AutoReconnect"
    assert readiness.ask() == {"broker": "ok", "Readiness": "waits: AutoReconnect"}


def test_an_extension_that_starts_at_once_does_not_end_the_wait_of_another_of_its_class(servers):
    class Starting:
        name = "starting"

    container = Container(Starting, {"AMQP_URI": servers.amqp_uri})
    waiting, started = Readiness(), Readiness()
    seen = []

    def step(extension):
        seen.append(extension)
        if seen == [waiting]:
            raise ConnectionError("the broker starts")

    with capture_logs() as lines:
        assert container._each(step, [waiting, started])
    assert seen == [waiting, started, waiting]
    assert container.waits_for == {}
    assert [line["event"] for line in lines] == ["the broker is unavailable", "the broker is available again"]


def test_the_first_log_line_names_the_release_and_the_settings_without_secrets(sample, servers):
    import json

    first = json.loads(sample.log.read_text().splitlines()[0])
    assert (first["event"], first["version"]) == ("starting", version("loket-chassis"))
    assert first["settings"]["GREETING"] == "hello"
    assert first["settings"]["MONGO_URI"] == "********"
    assert servers.amqp_uri not in sample.log.read_text()


def test_the_metrics_name_the_release(sample):
    metrics = requests.get(f"http://{sample.environment['HTTP_ADDRESS']}/metrics", timeout=5).text
    assert f'loket_build_info{{revision="",service="sample",version="{version("loket-chassis")}"}} 1.0' in metrics


def test_a_process_chooses_another_queue_for_replies_when_the_node_of_its_queue_is_down():
    class OfANodeThatIsDown:
        def __enter__(self):
            return self

        def queue_declare(self, name, passive=False, **_):
            if passive and name == "amq.gen-earlier":
                raise NotFound("home node of durable queue is down or inaccessible")
            return SimpleNamespace(queue=name or "amq.gen-later")

        @property
        def connection(self):
            return SimpleNamespace(channel=lambda: self)

        def __getattr__(self, name):
            return lambda *_, **__: None

        def __exit__(self, *_):
            return False

    class Calling:
        name = "calling"
        other = rpc_client(Sample)

    settings = SimpleNamespace(rpc_deadline=2.0)
    container = Container(Calling, {"AMQP_URI": "pyamqp://", "settings": settings})
    (replies,) = [each for each in container.subextensions if isinstance(each, ReplyConsumer)]
    replies.routing_key, replies.queue = "key", Queue("amq.gen-earlier")
    replies.prepare_queues(OfANodeThatIsDown())
    assert replies.queue.name == "amq.gen-later"
    replies.prepare_queues(OfANodeThatIsDown())
    assert replies.queue.name == "amq.gen-later"


def test_a_call_that_a_queue_passed_on_is_not_executed(sample):
    """The broker checks the routing key with which a user publishes, and not that with which a queue passes on."""
    with Connection(sample.environment["AMQP_URI"]) as connection:
        channel = connection.default_channel
        arguments = {
            "x-dead-letter-exchange": "nameko-rpc", "x-dead-letter-routing-key": "sample.drop", "x-message-ttl": 0,
            "x-expires": 10_000,
        }  # fmt: skip
        name = channel.queue_declare("", durable=True, auto_delete=False, arguments=arguments).queue
        channel.basic_publish(Message(b'{"args": [], "kwargs": {}}', reply_to="none"), "", name)
    eventually(lambda: "a call that a queue passed on was dropped" in sample.text())
    assert "sample.drop" in sample.text()


def test_a_reply_that_would_be_a_call_of_another_service_is_dropped(sample):
    with Connection(sample.environment["AMQP_URI"]) as connection:
        message = Message(b'{"args": [], "kwargs": {}}', reply_to="booking.cancel", content_type="application/json")
        connection.default_channel.basic_publish(message, "nameko-rpc", "sample.read")
    eventually(lambda: "a call without a usable reply_to gets no reply" in sample.text())
