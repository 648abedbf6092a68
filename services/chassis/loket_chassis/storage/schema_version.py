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
#: a document of this id says that a restore is under way, or was interrupted
RESTORE = "restore"


class UnusableDatabase(Exception):
    """The service must not start on this database. The text says why, and what to do."""


class NewerDatabase(UnusableDatabase):
    """The database holds documents of a later major version than this release can read."""

    def __init__(self, database: str, found: int) -> None:
        super().__init__(
            f"The database {database} has documents of version {found}; this release reads versions up to {CURRENT}. "
            "Start a newer release, or restore the backup from before the upgrade. Nothing was changed."
        )


class UnfinishedRestore(UnusableDatabase):
    """The database has only a part of a backup."""

    def __init__(self, database: str) -> None:
        super().__init__(
            f"A restore of the database {database} is under way, or was interrupted. Wait for its end, or run "
            "it again: `loket backup restore --replace`."
        )


def begin_restore(database: Database[Document]) -> None:
    """No service starts on the database until `end_restore`."""
    database[COLLECTION].insert_one({"_id": RESTORE})


def end_restore(database: Database[Document]) -> None:
    database[COLLECTION].delete_one({"_id": RESTORE})


def require_readable(database: Database[Document], current: int = CURRENT) -> None:
    """Record the version of this release in its database.

    Raises UnusableDatabase: a later release wrote there, or a restore is not finished.
    """
    if database[COLLECTION].find_one({"_id": RESTORE}) is not None:
        raise UnfinishedRestore(database.name)
    before = database[COLLECTION].find_one_and_update({"_id": KEY}, {"$max": {"major": current}}, upsert=True)
    if before is not None and before["major"] > current:
        raise NewerDatabase(database.name, before["major"])
