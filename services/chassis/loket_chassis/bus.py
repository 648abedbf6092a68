"""What the two sides of the bus agree on: exchanges, and CloudEvents as kombu messages."""

from __future__ import annotations

from typing import Any

from kombu import Exchange, serialization

from loket_contracts.envelope import CONTENT_TYPE, Event


def exchange(name: str) -> Exchange:
    """A durable topic exchange; the routing key is the event's type."""
    return Exchange(name, type="topic", durable=True)


def _encode(event: Event) -> str:
    return event.to_json().decode()


def _as_text(body: Any) -> Any:
    # read later, where a message that is no event can be sent to the dead letters
    return body


serialization.register("cloudevents", _encode, _as_text, content_type=CONTENT_TYPE, content_encoding="utf-8")
