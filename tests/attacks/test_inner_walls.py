"""A service that was taken over reaches nothing of the others: every user against every call, event, queue, database.

The table of what is allowed is that of the declared calls, events and queues. It is tried on the real servers: on the
broker in a virtual host without services, so that what is allowed has no effect.
"""

from __future__ import annotations

import subprocess
import sys
import uuid
from contextlib import contextmanager

import pytest
from amqp.basic_message import Message
from amqp.exceptions import AccessRefused
from kombu import Connection
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from loket_chassis.messaging.broker_permissions import event_queues_of
from loket_chassis.storage.database_users import BACKUP, DATABASES
from loket_contracts.events import EVENTS
from loket_contracts.queues import QUEUES, consumer_of
from loket_contracts.rpc.description import PROTOCOLS, published_methods
from loket_contracts.rpc.method import EXCHANGE, service_name
from loket_contracts.rpc.permitted_calls import CALLS, OF_EVERY_SERVICE

SERVICES = tuple(CALLS)
VHOST = "walls"
UNAUTHORIZED = 13
EXCHANGES = sorted({event.exchange for event in EVENTS.values()})
QUEUES_OF = {service: list(event_queues_of(service)) for service in SERVICES}
CALL_QUEUES = {service_name(protocol): f"rpc-{service_name(protocol)}" for protocol in PROTOCOLS}


@pytest.fixture(scope="module")
def uris(servers, tmp_path_factory):
    """The address of each service in the virtual host, after the commands that an operator runs on a server."""
    if servers.broker is None:
        pytest.skip("AMQP_URI names a broker that the test does not administer")
    folder = tmp_path_factory.mktemp("secrets")
    for service, uri in servers.amqp_uris.items():
        (folder / f"amqp_uri_{service}").write_text(uri.removesuffix("/") + VHOST)
    printed = loket("broker", "definitions", folder)
    for _ in range(2):  # it may be repeated
        servers.broker.control("import_definitions", text=printed)
    yield {service: (folder / f"amqp_uri_{service}").read_text() for service in SERVICES}
    servers.broker.control("delete_vhost", VHOST)


def loket(*arguments):
    command = [sys.executable, "-m", "loket_chassis.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Attacker:
    """A client with the address and password of a service."""

    def __init__(self, uri):
        self.connection = Connection(uri)
        self._channel = None

    @property
    def channel(self):
        if self._channel is None or not self._channel.is_open:
            self._channel = self.connection.channel()
            self._channel.confirm_select()
        return self._channel

    def may(self, act, *arguments, **options):
        try:
            getattr(self.channel, act)(*arguments, **options)
        except AccessRefused:
            return False
        return True

    def may_publish(self, exchange, key, **properties):
        return self.may("basic_publish_confirm", Message(b"{}", **properties), exchange, key)


@contextmanager
def attacker(uri):
    found = Attacker(uri)
    try:
        yield found
    finally:
        found.connection.release()


@pytest.fixture(params=SERVICES)
def service(request):
    return request.param


@pytest.fixture
def user(uris, service):
    with attacker(uris[service]) as found:
        yield found


def declared_calls(service):
    """The methods that a service may call, as `booking.cancel`."""
    for protocol in PROTOCOLS:
        target = service_name(protocol)
        for key, method in published_methods():
            owner = key.partition(".")[0]
            declared = CALLS[service].get(protocol, frozenset()) | OF_EVERY_SERVICE
            if owner == target and (target == service or method.name in declared):
                yield key


def test_a_service_calls_only_the_methods_that_it_declares(user, service):
    allowed = {key for key, _ in published_methods() if user.may_publish(EXCHANGE, key)}
    assert allowed == set(declared_calls(service))


@pytest.mark.parametrize("key", ["0d3adbee-0000-4000-8000-000000000000", "amq.gen-of-a-program", "replies.of.another"])
def test_every_service_replies_to_whatever_queue_a_program_has_chosen(user, key):
    assert user.may_publish(EXCHANGE, key)


def test_only_the_gateway_exports_the_data_of_a_resident(uris):
    allowed = set()
    for service, uri in uris.items():
        with attacker(uri) as each:
            if each.may_publish(EXCHANGE, "booking.export_resident@2"):
                allowed.add(service)
    assert allowed == {"booking", "gateway"}


def test_a_service_publishes_only_its_own_events(user, service):
    found = {
        (exchange, event.name)
        for event in EVENTS.values()
        for exchange in EXCHANGES
        if user.may_publish(exchange, event.type)
    }
    assert found == {(event.exchange, event.name) for event in EVENTS.values() if event.emitted_by == service}


def test_a_service_reads_only_its_own_queues(user, service):
    queues = [*CALL_QUEUES.values(), *(each for names in QUEUES_OF.values() for each in names)]
    found = {queue for queue in queues if user.may("basic_get", queue, no_ack=True)}
    assert found == {*QUEUES_OF[service], *filter(None, [CALL_QUEUES.get(service)])}


def test_a_service_binds_a_queue_only_to_the_events_that_it_consumes(user, service):
    queue = user.channel.queue_declare("", durable=True, auto_delete=False, arguments={"x-expires": 60000}).queue
    wanted = [(exchange, event.type) for event in EVENTS.values() for exchange in EXCHANGES]
    wanted += [(exchange, "#") for exchange in (*EXCHANGES, EXCHANGE)]
    wanted += [(EXCHANGE, f"{each}.*") for each in CALL_QUEUES]
    found = {(exchange, key) for exchange, key in wanted if user.may("queue_bind", queue, exchange, key)}
    consumed = {
        (exchange, EVENTS[name].type)
        for each, sources in QUEUES.items()
        if consumer_of(each) == service
        for exchange, names in sources.items()
        for name in names
    }
    assert found == consumed | ({(EXCHANGE, f"{service}.*")} if service in CALL_QUEUES else set())


def test_a_service_puts_no_message_past_the_exchanges_into_a_queue(user):
    queues = [*CALL_QUEUES.values(), *(each for names in QUEUES_OF.values() for each in names)]
    assert not [queue for queue in queues if user.may_publish("", queue)]


def test_a_service_puts_events_back_only_into_its_own_queues(user, service):
    found = {
        exchange
        for exchange in {f"{consumer_of(queue)}.retries" for queue in QUEUES}
        if user.may_publish(exchange, "any")
    }
    assert found == ({f"{service}.retries"} if QUEUES_OF[service] else set())


def test_a_service_makes_no_exchange_and_no_queue_with_a_name_of_its_choice(user, service):
    names = [*QUEUES_OF[service], f"rpc-{service}", f"rpc.reply-{service}-{uuid.uuid4()}", "new"]
    reserved = "amq.gen-chosen"
    assert not user.may("exchange_declare", reserved, "fanout")
    assert not user.may("queue_declare", reserved)
    for exchange in (*EXCHANGES, EXCHANGE, *names):
        assert not user.may("exchange_declare", exchange, "fanout"), exchange
        assert not user.may("exchange_delete", exchange), exchange
    for queue in names:
        assert not user.may("queue_declare", queue), queue
        assert not user.may("queue_delete", queue), queue


@pytest.fixture(scope="module")
def database_of(servers, tmp_path_factory):
    """The database as each user sees it, after the command that an operator runs on a server."""
    if servers.database is None:
        pytest.skip("MONGO_URI names a database that the test does not administer")
    folder, clients = tmp_path_factory.mktemp("secrets"), {}
    for owner in (*SERVICES, BACKUP):
        (folder / f"mongo_uri_{owner}").write_text(servers.database.uri_of(owner))
    for _ in range(2):  # it may be repeated
        loket("database", "users", "--mongo-uri", servers.database.uri, folder)

    def client_of(owner):
        clients[owner] = clients.get(owner) or MongoClient((folder / f"mongo_uri_{owner}").read_text())
        return clients[owner]

    yield client_of
    for each in clients.values():
        each.close()


def refused(operation):
    """Whether the server refuses for lack of rights. Raises any other error."""
    try:
        operation()
    except OperationFailure as failure:
        if failure.code != UNAUTHORIZED:
            raise
        return True
    return False


def test_a_service_reads_and_writes_only_its_own_database(database_of, service):
    client, readable, writable = database_of(service), set(), set()
    for owner, name in DATABASES.items():
        found = client[name].walls
        if not refused(lambda found=found: found.find_one({})):
            readable.add(owner)
        if not refused(lambda found=found: (found.insert_one({}), found.create_index("a"), found.drop())):
            writable.add(owner)
    assert (readable, writable) == ({service}, {service})


def test_no_service_reads_or_makes_users(database_of, service):
    client = database_of(service)
    assert refused(lambda: client.admin["system.users"].find_one({}))
    assert refused(lambda: client.admin.command("createUser", "other", pwd="other", roles=[]))
    assert refused(lambda: client.local["oplog.rs"].find_one({}))


def test_the_user_of_backups_reads_all_databases_and_writes_none(database_of):
    client = database_of(BACKUP)
    for name in DATABASES.values():
        assert not refused(lambda name=name: client[name].walls.find_one({}))
        assert refused(lambda name=name: client[name].walls.insert_one({}))


def test_without_a_password_the_database_is_closed(servers, database_of):
    uri = servers.database.uri
    anonymous = uri.replace(uri.split("//")[1].partition("@")[0] + "@", "")
    with MongoClient(anonymous) as client:
        assert refused(lambda: client.loket_booking.contact_cards.find_one({}))
    with pytest.raises(OperationFailure, match="Authentication failed"), MongoClient(
        uri.replace(servers.database.passwords["loket"], "another")
    ) as client:  # fmt: skip
        client.admin.command("listDatabases")
