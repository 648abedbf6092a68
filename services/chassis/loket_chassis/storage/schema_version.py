"""The major version of the documents in a database.

Minor changes need no new number: the codec reads what earlier versions wrote, and preserves the fields of later ones.
The number rises with a change that an earlier release could not read at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymongo.database import Database

    from .connection import Document

CURRENT = 1
COLLECTION, KEY = "schema", "version"


class NewerDatabase(Exception):
    """The database holds documents of a later major version than this release can read."""

    def __init__(self, database: str, found: int) -> None:
        super().__init__(
            f"The database {database} has documents of version {found}; this release reads versions up to {CURRENT}. "
            "Start a newer release, or restore the backup from before the upgrade. Nothing was changed."
        )


def require_readable(database: Database[Document], current: int = CURRENT) -> None:
    """Record the version of this release in its database. Raises NewerDatabase when a later one wrote there."""
    before = database[COLLECTION].find_one_and_update({"_id": KEY}, {"$max": {"major": current}}, upsert=True)
    if before is not None and before["major"] > current:
        raise NewerDatabase(database.name, before["major"])
