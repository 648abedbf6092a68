"""The users of the services with their permissions, and what these users may not make, as RabbitMQ imports it.

Importing it again changes nothing but passwords and permissions: queues and exchanges that exist stay as they are
(https://www.rabbitmq.com/docs/definitions).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from kombu import Exchange, Queue

from loket_contracts.queues import QUEUES, sources_of
from loket_contracts.rpc.permitted_calls import user_of

from .broker_permissions import SERVICES, call_bindings_of, call_queues_of, emitted_by, permissions_of
from .consumer import RETRY_DELAYS, dead_letters_of, event_queue, retries_of
from .exchanges import RPC, exchange, retries_exchange

Json = dict[str, Any]


def definitions(passwords: Mapping[str, str], vhost: str = "/") -> Json:
    """The definitions of the services' users. `passwords`: by service; one that has none gets no user."""
    users = [service for service in SERVICES if service in passwords]
    return {
        "vhosts": [{"name": vhost}],
        "users": [user(user_of(service), passwords[service]) for service in users],
        "permissions": [_permission(service, vhost) for service in users],
        "topic_permissions": [each for service in users for each in _topic_permissions(service, vhost)],
        "exchanges": [_exchange(each, vhost) for each in _exchanges()],
        "queues": [_queue(each, vhost) for each in _queues()],
        "bindings": [each for queue in _queues() for each in _bindings(queue, vhost)],
    }


def user(name: str, password: str, tags: str = "") -> Json:
    """A user of the broker. Without a password it cannot log in. `tags`: such as administrator."""
    salt = secrets.token_bytes(4)
    hashed = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode() if password else ""
    return {"name": name, "password_hash": hashed, "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": tags}


def _permission(service: str, vhost: str) -> Json:
    given = permissions_of(service)
    return {
        "user": user_of(service), "vhost": vhost, "configure": given.configure, "write": given.write,
        "read": given.read,
    }  # fmt: skip


def _topic_permissions(service: str, vhost: str) -> Iterator[Json]:
    for name, topic in permissions_of(service).topics.items():
        yield {"user": user_of(service), "vhost": vhost, "exchange": name, "write": topic.write, "read": topic.read}


def _exchanges() -> list[Exchange]:
    events = sorted({name for service in SERVICES for name in emitted_by(service)})
    retries = {retries_exchange(queue).name: retries_exchange(queue) for queue in QUEUES}
    return [RPC, *map(exchange, events), *retries.values()]


def _queues() -> Iterator[Queue]:
    for service in SERVICES:
        for name, key in zip(call_queues_of(service), call_bindings_of(service), strict=True):
            yield Queue(name, exchange=RPC, routing_key=key, durable=True)
    for queue in QUEUES:
        yield event_queue(queue, sources_of(queue))
        yield dead_letters_of(queue)
        yield from (retries_of(queue, delay) for delay in RETRY_DELAYS)


def _exchange(wanted: Exchange, vhost: str) -> Json:
    return {
        "name": wanted.name, "vhost": vhost, "type": wanted.type, "durable": True, "auto_delete": False,
        "internal": False, "arguments": {},
    }  # fmt: skip


def _queue(queue: Queue, vhost: str) -> Json:
    arguments = dict(queue.queue_arguments or {})
    return {"name": queue.name, "vhost": vhost, "durable": True, "auto_delete": False, "arguments": arguments}


def _bindings(queue: Queue, vhost: str) -> Iterator[Json]:
    pairs = [(each.exchange, each.routing_key) for each in queue.bindings] or [(queue.exchange, queue.routing_key)]
    for source, key in sorted(pairs, key=lambda pair: (pair[0].name, pair[1])):
        yield {
            "source": source.name, "vhost": vhost, "destination": queue.name, "destination_type": "queue",
            "routing_key": key, "arguments": {},
        }  # fmt: skip
