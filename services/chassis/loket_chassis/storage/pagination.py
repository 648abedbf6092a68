"""Cursor pagination, the latest first, so that new entries do not shift the pages."""

from __future__ import annotations

from typing import Any

from bson import ObjectId
from bson.errors import InvalidId
from pymongo.collection import Collection

from loket_contracts.errors import Refusal

from .connection import Document


def latest(
    collection: Collection[Document], query: Document, cursor: str | None, most: int
) -> tuple[list[Document], str | None]:
    """One page of documents with ObjectIds, and the cursor of the next page or None.

    `cursor`: that of the previous page. Raises Refusal: invalid-request for an invalid one.
    """
    asked: dict[str, Any] = dict(query)
    if cursor is not None:
        try:
            asked["_id"] = {"$lt": ObjectId(cursor)}
        except InvalidId as error:
            detail = "Give the cursor of the page before."
            raise Refusal("invalid-request", errors=[{"parameter": "cursor", "detail": detail}]) from error
    found = list(collection.find(asked).sort("_id", -1).limit(most + 1))
    more = str(found[most - 1]["_id"]) if len(found) > most else None
    return found[:most], more
