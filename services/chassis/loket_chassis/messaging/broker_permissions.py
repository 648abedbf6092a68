"""What the user of each service may do on RabbitMQ, derived from the contracts.

A permission is a regular expression over the names of queues and exchanges; a topic permission is one over routing
keys of one exchange (https://www.rabbitmq.com/docs/access-control). A service may

- make queues of replies, whose names the broker chooses, and nothing else,
- publish calls that it makes, replies, and events that it emits, and put events back into its own queues,
- read its own queues, and bind them to the events that it consumes and to the calls that it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nameko.rpc import RPC_QUEUE_TEMPLATE

from loket_contracts.events import EVENTS, readable_types
from loket_contracts.queues import queues_of, sources_of
from loket_contracts.rpc.description import PROTOCOLS
from loket_contracts.rpc.method import service_name
from loket_contracts.rpc.permitted_calls import CALLS, permitted_calls

from .consumer import RETRY_DELAYS, dead_letters_of, retries_of
from .exchanges import RPC, retries_exchange

SERVICES = tuple(CALLS)
#: a name that the broker chooses, under which no user can make an exchange
REPLY_QUEUE = r"amq\.gen-.+"
#: a routing key of replies: a program of another system may choose it, so all that is no call
REPLY_KEY = rf"(?!({'|'.join(SERVICES)})\.).+"
#: the routing key of replies to one of our processes
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
#: matches the empty name alone, which no queue, exchange or routing key of ours has
NOTHING = "^$"


@dataclass(frozen=True)
class TopicPermission:
    """Regular expressions over the routing keys with which a user may publish to a topic exchange, and bind to it."""

    write: str
    read: str


@dataclass(frozen=True)
class Permissions:
    """Regular expressions over names, and topic permissions by exchange."""

    configure: str
    write: str
    read: str
    topics: Mapping[str, TopicPermission]


def permissions_of(service: str) -> Permissions:
    """What the user of a service may do."""
    queues = [_literal(each) for each in (*call_queues_of(service), *event_queues_of(service))]
    queues.append(REPLY_QUEUE)
    emitted = emitted_by(service)
    consumed: dict[str, set[str]] = {}
    for queue in queues_of(service):
        for exchange, types in sources_of(queue):
            consumed.setdefault(exchange, set()).update(types)
    retries = {retries_exchange(queue).name for queue in queues_of(service)}
    return Permissions(
        configure=_any_of([REPLY_QUEUE]),
        write=_any_of([*queues, *map(_literal, (RPC.name, *sorted(retries), *sorted(emitted)))]),
        read=_any_of([*queues, *map(_literal, (RPC.name, *sorted(retries), *sorted(consumed)))]),
        topics={
            RPC.name: TopicPermission(
                write=_any_of([*_calls(service), REPLY_KEY]),
                read=_any_of([*map(_literal, call_bindings_of(service)), UUID]),
            ),
            **{
                exchange: TopicPermission(
                    write=_any_of(map(_literal, sorted(emitted.get(exchange, ())))),
                    read=_any_of(map(_literal, sorted(consumed.get(exchange, ())))),
                )
                for exchange in sorted(emitted.keys() | consumed.keys())
            },
        },
    )


def emitted_by(service: str) -> dict[str, set[str]]:
    """The types of the events that a service emits, by exchange."""
    found: dict[str, set[str]] = {}
    for event in EVENTS.values():
        if event.emitted_by == service:
            found.setdefault(event.exchange, set()).update(readable_types([event.name]))
    return found


def call_queues_of(service: str) -> list[str]:
    """The queue of calls of a service; none of the gateway, which answers no call."""
    return [RPC_QUEUE_TEMPLATE.format(service)] if call_bindings_of(service) else []


def call_bindings_of(service: str) -> list[str]:
    """The routing keys with which nameko binds the queue of calls."""
    return [f"{service}.*"] if service in map(service_name, PROTOCOLS) else []


def event_queues_of(service: str) -> Iterator[str]:
    """The queues of events of a service, with those of retries and of dead letters."""
    for queue in queues_of(service):
        yield queue
        yield dead_letters_of(queue).name
        yield from (retries_of(queue, delay).name for delay in RETRY_DELAYS)


def _literal(name: str) -> str:
    """A name as a regular expression; ours have no other special characters."""
    return name.replace(".", r"\.").replace("*", r"\*")


def _calls(service: str) -> Iterator[str]:
    for target, names in permitted_calls(service):
        yield f"{target}\\.{_group(sorted(names))}(@[0-9]+)?"


def _any_of(patterns: Iterable[str]) -> str:
    found = list(patterns)
    return f"^{_group(found)}$" if found else NOTHING


def _group(patterns: Iterable[str]) -> str:
    return f"({'|'.join(patterns)})"
