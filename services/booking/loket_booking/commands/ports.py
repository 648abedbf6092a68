"""What use cases need besides repositories: a clock, and a way to publish events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from loket_contracts.envelope import Event

#: the time in UTC
Clock = Callable[[], dt.datetime]
#: (collection, document id, events): called after the write that stored the events in the document's outbox
Publish = Callable[[str, object, Iterable[Event]], None]
