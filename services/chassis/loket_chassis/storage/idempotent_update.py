"""Apply an event to a document once, however often and in whatever order it is delivered.

The document that an event changes records the event's sequence in the same write as the change. An event that is not
newer than the recorded one changes nothing.
"""

from __future__ import annotations

from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from loket_contracts.envelope import Event

from .connection import Document


def apply_newer(collection: Collection[Document], key: Any, event: Event, change: Document) -> bool:
    """Set `change` on the document `key`, inserting it when needed, unless it has this event or a newer one.

    Return whether the document changed.
    """
    try:
        result = collection.update_one(
            {"_id": key, "sequence": {"$lt": event.sequence}},
            {"$set": {**change, "sequence": event.sequence, "event": event.id}},
            upsert=True,
        )
    except DuplicateKeyError:  # the document exists and is not older than the event
        return False
    return result.upserted_id is not None or result.modified_count == 1
