"""The interface of a channel. To add one, implement `Channel`, name it in the entry-point group `loket.channels`, and
run `loket_notification.channels.conformance` on it (docs/channels.md).

A channel sends one message and reports failures by raising, never by a return value. The kind of error decides what
follows: `Refused` ends the message; after the others it is retried, with this or the next channel, after `Declined`
only a few times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from loket_contracts.rpc.notification.commands import Callback

GROUP = "loket.channels"


class NotSent(Exception):
    """The message was not sent. `reason`: a short text without personal data."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        """`after`: seconds to wait, as requested by the provider."""
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Refused(NotSent):
    """A permanent failure: a retry cannot help. `unreachable`: the address does not exist."""

    def __init__(self, reason: str, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


class Declined(NotSent):
    """The provider rejects it for a reason other than the recipient: our sender, our address, its rules.

    Another provider may accept it, and this one after the operator has fixed the cause.
    """


class NotNow(NotSent):
    """The provider asks to retry later (SMTP 4xx, HTTP 429 and 503)."""


class Away(NotSent):
    """The provider cannot be reached, failed, or does not accept our credentials. Nothing was sent."""


class Unknown(NotSent):
    """The message was sent and no response came: it may have been accepted, or not."""


@dataclass(frozen=True)
class Outgoing:
    """One message to one person. `id` is the same on every attempt, so that a receiver can recognise a repeat.

    `to`: an e-mail address, or a telephone number in E.164 form. An SMS is `text` alone; an e-mail has the rest too.
    `unsubscribe`: an address for List-Unsubscribe (RFC 8058). `receipts`: the URL for delivery receipts.
    `pictures`: PNG, by the Content-ID under which the HTML shows them (RFC 2392).
    """

    id: str
    to: str
    text: str
    at: dt.datetime
    sender: str = ""
    to_name: str = ""
    subject: str = ""
    html: str = ""
    calendar: bytes = b""
    calendar_method: str = ""
    unsubscribe: str = ""
    receipts: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """A delivery receipt. `id`: the provider's id of the message. `state`: delivered or failed."""

    id: str
    state: str
    reason: str = ""


class Forged(Exception):
    """A receipt that was not sent by the provider."""


class Channel(Protocol):
    """One provider. Created once per process with its settings, and used by many green threads concurrently."""

    #: "email" or "sms"
    kind: ClassVar[str]
    #: a frozen dataclass whose fields are made with `loket_chassis.runtime.settings.setting`
    Settings: ClassVar[type]

    def __init__(self, settings: Any) -> None: ...

    def send(self, message: Outgoing) -> str:
        """Send the message. Return the provider's id for it, or "". Raises one of the five NotSent."""

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        """The receipts in a callback of the provider. Raises Forged, also when this provider sends none."""

    def close(self) -> None:
        """Close the connections. May be called twice."""
