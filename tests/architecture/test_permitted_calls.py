"""The calls that a service declares are those in its source code: its permissions on the broker follow from them."""

import ast
import re
from pathlib import Path

import pytest

from loket_booking.service import FREEING
from loket_chassis.messaging.broker_permissions import event_queues_of
from loket_contracts.events import EVENTS
from loket_contracts.queues import QUEUES
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.description import PROTOCOLS
from loket_contracts.rpc.method import methods_of, service_name
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.permitted_calls import CALLS, EARLIER_NAMES, OF_EVERY_SERVICE
from loket_contracts.rpc.reporting import Reporting

ROOT = Path(__file__).parents[2]
SOURCES = {
    "booking": "services/booking/loket_booking", "notification": "services/notification/loket_notification",
    "reporting": "services/reporting/loket_reporting", "gateway": "gateway/loket_gateway",
}  # fmt: skip
#: the names of the clients in the source code; `source` is what reporting rebuilds the figures from
CLIENTS = {
    "booking": (Booking,), "slow_booking": (Booking,), "_booking": (Booking,), "notification": (Notification,),
    "reporting": (Reporting,), "source": (Booking, Notification),
}  # fmt: skip


def calls_in(service):
    """The methods of other services that the source code of a service names, as pairs of a Protocol and a name."""
    for file in (ROOT / SOURCES[service]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                for protocol in CLIENTS.get(client_of(node.value), ()):
                    if service_name(protocol) != service and node.attr in methods_of(protocol):
                        yield protocol, node.attr


def client_of(expression):
    """`booking` of `self.booking` and of `self.booking.outside_work()`."""
    if isinstance(expression, ast.Call):
        expression = expression.func.value if isinstance(expression.func, ast.Attribute) else expression.func
    return getattr(expression, "attr", getattr(expression, "id", ""))


@pytest.mark.parametrize("service", SOURCES)
def test_the_declared_calls_are_those_in_the_source_code(service):
    declared = {(protocol, name) for protocol, names in CALLS[service].items() for name in names}
    found = {(protocol, name) for protocol, name in calls_in(service) if name not in OF_EVERY_SERVICE}
    assert found == declared


def test_every_service_declares_its_calls_and_every_declared_call_is_a_method():
    assert CALLS.keys() == SOURCES.keys()
    for declared in CALLS.values():
        for protocol, names in declared.items():
            assert names <= methods_of(protocol).keys()
            assert protocol in PROTOCOLS


def test_a_call_of_the_previous_release_has_the_same_name_or_one_that_is_declared():
    folder = ROOT / "services/contracts/loket_contracts/rpc/booking"
    texts = [file.read_text(encoding="utf-8") for file in folder.glob("previous_release*.py")]
    earlier = {name for text in texts for name in re.findall(r'return "(\w+)", ', text)}
    assert earlier - methods_of(Booking).keys() == {each for names in EARLIER_NAMES.values() for each in names}


def test_each_event_is_consumed_by_the_queues_of_the_services_that_it_names():
    for event in EVENTS.values():
        queues = {queue for queue, sources in QUEUES.items() if event.name in sources.get(event.exchange, ())}
        assert set(event.consumed_by) <= {queue.partition(".")[0] for queue in queues}, event.name


def test_no_queue_has_the_name_of_an_exchange():
    """RabbitMQ has one permission for both."""
    assert not {event.exchange for event in EVENTS.values()} & {
        each for name in SOURCES for each in event_queues_of(name)
    }


def test_booking_consumes_the_events_that_free_time():
    (names,) = QUEUES["booking.freed-time"].values()
    assert set(names) == FREEING.keys()
