"""What use cases need besides repositories: a clock, a way to publish events, what checks files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from loket_contracts.envelope import Event

#: the time in UTC
Clock = Callable[[], dt.datetime]
#: (collection, document id, events): called after the write that stored the events in the document's outbox
Publish = Callable[[str, object, Iterable[Event]], None]
#: whether a file has a virus, None without a verdict; raises Unavailable. None: files are not scanned
Scan = Callable[[bytes], bool | None] | None
#: (picture, media type, most bytes) to the picture without metadata and its media type; raises Refusal:
#: file-not-accepted
EncodeImage = Callable[[bytes, str, int], tuple[bytes, str]]
