"""Events as documents, in outboxes and in the event log."""

from __future__ import annotations

from loket_contracts.envelope import Event

from ..storage.codec import Codec, Layout

EVENT = Codec(Event, layouts={Event: Layout(names={"id": "_id"})})
