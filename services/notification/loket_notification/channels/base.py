"""What a channel is. Whoever writes one implements `Channel`, names it in the entry-point group `loket.channels`, and
runs `loket_notification.channels.conformance` over it (docs/channels.md).

A channel hands one message over and says what came of it by the error it raises, never by a return value. The kind of
error decides what follows: `Refused` ends the message, the others have it tried again, here or with the next channel,
`Declined` no more than a few times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

GROUP = "loket.channels"


class NotSent(Exception):
    """The message did not leave. `reason` is a short text without personal data."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        """`after`: seconds that the provider asks to wait."""
        super().__init__(reason)
        self.reason = reason
        self.after = after


class Refused(NotSent):
    """For good: another try cannot help. `unreachable`: because nobody receives at this address."""

    def __init__(self, reason: str, unreachable: bool = False) -> None:
        super().__init__(reason)
        self.unreachable = unreachable


class Declined(NotSent):
    """The provider does not pass it on, for a reason that is not the recipient: our sender, our address, its rules.

    Another provider may take it, and this one after somebody has put things right.
    """


class NotNow(NotSent):
    """The provider answered, and asks to come back later (SMTP 4xx, HTTP 429 and 503)."""


class Away(NotSent):
    """The provider cannot be reached, failed, or does not know us. Nothing was handed over."""


class Unknown(NotSent):
    """The message was handed over and no answer came: it may have been taken, or not."""


@dataclass(frozen=True)
class Outgoing:
    """One message to one person. `id` is the same on every try, so that a receiver can tell a repeat.

    `to`: an e-mail address, or a telephone number in E.164 form. An SMS is `text` alone; an e-mail has the rest too.
    `unsubscribe`: an address for List-Unsubscribe (RFC 8058). `receipts`: where the provider may tell what came of it.
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
    """What a provider tells of a message afterwards. `id`: the provider's own. `state`: delivered or failed."""

    id: str
    state: str
    reason: str = ""


class Forged(Exception):
    """A receipt that does not come from the provider."""


@dataclass(frozen=True)
class Callback:
    """An HTTP request that a provider sent to the gateway, as it came in. Header names are in lower case."""

    method: str
    url: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class Channel(Protocol):
    """One provider. Made once per process with its settings, and used by many green threads at once."""

    #: "email" or "sms"
    kind: ClassVar[str]
    #: a frozen dataclass whose fields are made with `loket_chassis.runtime.settings.setting`
    Settings: ClassVar[type]

    def __init__(self, settings: Any) -> None: ...

    def send(self, message: Outgoing) -> str:
        """Hand the message over. Returns the provider's id for it, or "". Raises one of the five NotSent."""

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        """What a callback of the provider tells. Raises Forged, also when this provider sends none."""

    def close(self) -> None:
        """Let go of connections. May be called twice."""
