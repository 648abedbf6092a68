"""A list read page by page, the latest first: by cursor, so that what is added meanwhile moves nothing."""

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
    """A page of what was added under ObjectIds, without those, and the cursor of the next page, if there is one.

    `cursor`: that of the page before. Raises Refusal: invalid-request for one that is none.
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
    return [{name: value for name, value in each.items() if name != "_id"} for each in found[:most]], more
