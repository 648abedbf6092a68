"""Answers of notification, which are JSON as they are. Times are RFC 3339."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from ..service import StoredVersion


class StoredPlan(TypedDict):
    """A stored message plan. `kept`: the version that `if_absent` left unchanged."""

    municipality: str
    version: int
    kept: NotRequired[StoredVersion]


class Attempt(TypedDict):
    """One attempt to send a message."""

    at: str
    provider: str
    outcome: str


class MessageStatus(TypedDict):
    """A message as staff see it, without address or text."""

    message: str
    appointment: str
    kind: str
    channel: str
    state: str
    reason: str
    attempts: int
    due_at: str
    next_at: str | None
    settled_at: str | None
    provider: str
    segments: int | None
    uncertain: int
    tries: list[Attempt]


class SuppressedRecipient(TypedDict):
    """A recipient who unsubscribed or is unreachable, by mark."""

    mark: str
    channel: str
    why: str
    at: str


class SuppressedAddress(TypedDict):
    """An address of one person that messages are suppressed for, and for how long."""

    channel: str
    since: str
    until: str


class Preview(TypedDict):
    """A message as it would be sent. `encoding`, `segments`: of the SMS; "" and 0 when the kind has none."""

    subject: str
    text: str
    html: str
    sms: str
    encoding: str
    segments: int


class Wording(TypedDict):
    """`parts`: by part of the message the default text, and that of the municipality. `version`: of its plan."""

    version: int
    parts: dict[str, tuple[str, str | None]]


class TeamReport(TypedDict):
    """The weekly report of a team. `to`: the address of the team; None without one."""

    subject: str
    text: str
    to: str | None


class SentTest(TypedDict):
    """`id`: of the provider, for its message."""

    provider: str
    id: str


class Subscription(TypedDict):
    """A webhook subscription as its owner sees it. `failing_since`: None while deliveries succeed."""

    id: str
    owner: str
    url: str
    types: list[str]
    active: bool
    made_at: str
    failing_since: str | None


class NewSubscription(Subscription):
    """The subscription. `secret` is the key of its signatures; no other answer contains it."""

    secret: str


class DeliveryAttempt(TypedDict):
    """One attempt to deliver an event. `status`: of the HTTP response, None when there was none."""

    at: str
    status: int | None
    error: str | None


class Delivery(TypedDict):
    """One event and its delivery to a subscription."""

    event: str
    type: str
    state: str
    made_at: str
    next_try: str | None
    tries: list[DeliveryAttempt]


class DeliveryPage(TypedDict):
    """`next`: the cursor of the next page; None at the end."""

    deliveries: list[Delivery]
    next: str | None
