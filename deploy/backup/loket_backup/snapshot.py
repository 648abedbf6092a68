"""Read databases as they were at one moment, while the services write."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from .archive import ArchiveWriter, Name

RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
SNAPSHOT_TOO_OLD = 239
UNAUTHORIZED = 13
HISTORY = "minSnapshotHistoryWindowInSeconds"
#: seconds that a backup may take
LONGEST = 3600

Progress = Callable[[Name, int], None]


class SnapshotExpired(Exception):
    """The server no longer has the state of the moment at which the backup began."""

    def __init__(self) -> None:
        super().__init__(
            "The database no longer has the state of the moment at which the backup began. Let its user set parameters "
            f"(role clusterAdmin), or set one yourself: db.adminCommand({{setParameter: 1, {HISTORY}: {LONGEST}}})"
        )


def collections(client: MongoClient[Any], databases: Sequence[str]) -> list[tuple[Name, dict[str, Any]]]:
    """The collections of the databases, with their options and indexes; none of a database that does not exist."""
    found = []
    for database in databases:
        for each in client[database].list_collections(filter={"type": "collection"}):
            if not each["name"].startswith("system."):
                indexes = [dict(index) for index in client[database][each["name"]].list_indexes()]
                found.append((Name(database, each["name"]), {"options": each["options"], "indexes": indexes}))
    return sorted(found, key=lambda pair: pair[0])


@contextmanager
def stored_history(client: MongoClient[Any]) -> Iterator[None]:
    """Let the server store its history for the length of a backup, when the user may set that."""
    before = client.admin.command({"getParameter": 1, HISTORY: 1})[HISTORY]
    try:
        client.admin.command({"setParameter": 1, HISTORY: max(before, LONGEST)})
    except OperationFailure as error:
        if error.code != UNAUTHORIZED:
            raise
        yield
        return
    try:
        yield
    finally:
        client.admin.command({"setParameter": 1, HISTORY: before})


def copy(
    client: MongoClient[Any], names: Sequence[tuple[Name, dict[str, Any]]], archive: ArchiveWriter, progress: Progress
) -> None:
    """Copy collections into an archive, all as of the moment of the first read. Raises SnapshotExpired."""
    try:
        with stored_history(client), client.start_session(snapshot=True) as session:
            for name, metadata in names:
                count = archive.add_collection(name, metadata, _documents(client, name, session))
                progress(name, count)
    except OperationFailure as error:
        if error.code == SNAPSHOT_TOO_OLD:
            raise SnapshotExpired from error
        raise


def _documents(client: MongoClient[Any], name: Name, session: ClientSession) -> Iterator[bytes]:
    collection = client[name.database].get_collection(name.collection, codec_options=RAW)
    for document in collection.find({}, session=session).sort("_id", 1):
        yield document.raw
