"""Restore databases from an archive.

While a restore is under way, each database says so in its collection `schema`, and no service starts on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel, MongoClient
from pymongo.write_concern import WriteConcern

from loket_chassis.storage import schema_version

from .archive import ArchiveReader, Name

Progress = Callable[[Name], None]
#: the collection that says whether the database can be used; its documents come last
SCHEMA = schema_version.COLLECTION
#: the index on `_id` is made with the collection
OF_ID = "_id_"
DURABLE = WriteConcern("majority", j=True)


class RestoreRefused(Exception):
    """Nothing was changed."""


def connected_services(client: MongoClient[Any]) -> list[str]:
    """The services that have a connection to the server."""
    operations = client.admin.aggregate([{"$currentOp": {"allUsers": True, "idleConnections": True}}])
    names = {each.get("appName", "") for each in operations}
    return sorted(name.removeprefix("loket-") for name in names if name.startswith("loket-"))


def require_restorable(client: MongoClient[Any], header: dict[str, Any], replace: bool) -> None:
    """Raise RestoreRefused unless this release can read the backup, and the databases are empty or may be replaced."""
    for database, major in header["databases"].items():
        if major > schema_version.CURRENT:
            raise RestoreRefused(
                f"The backup of {database} has documents of version {major}; this release reads versions up to "
                f"{schema_version.CURRENT}. Use a newer release."
            )
        if not replace and client[database].list_collection_names():
            raise RestoreRefused(f"{database} is not empty. --replace deletes what it holds, and restores the backup.")
    if services := connected_services(client):
        raise RestoreRefused(f"Services are connected to the database: {', '.join(services)}. Stop them first.")


def restore(client: MongoClient[Any], archive: ArchiveReader, progress: Progress) -> None:
    """Replace the databases of the archive by its content. Raises UnreadableBackup; run it again after any error."""
    databases = list(archive.header["databases"])
    for database in databases:
        client.drop_database(database)
        schema_version.begin_restore(client[database])
    versions: dict[str, list[bytes]] = {}
    for name, part in archive:
        if name.collection == SCHEMA:
            versions.setdefault(name.database, []).extend(part if isinstance(part, list) else [])
        elif isinstance(part, list):
            _insert(client, name, part)
        else:
            _create(client, name, part)
            progress(name)
    for database in databases:
        _insert(client, Name(database, SCHEMA), versions.get(database, []))
        schema_version.end_restore(client[database])


def _create(client: MongoClient[Any], name: Name, metadata: dict[str, Any]) -> None:
    database = client[name.database]
    database.create_collection(name.collection, **metadata["options"])
    indexes = [_index(each) for each in metadata["indexes"] if each["name"] != OF_ID]
    if indexes:
        database[name.collection].create_indexes(indexes)


def _index(stated: dict[str, Any]) -> IndexModel:
    options = {key: value for key, value in stated.items() if key not in ("key", "v", "ns", "background")}
    return IndexModel(list(stated["key"].items()), **options)


def _insert(client: MongoClient[Any], name: Name, documents: Sequence[bytes]) -> None:
    if documents:
        raw: Iterable[Any] = [RawBSONDocument(each) for each in documents]
        collection = client[name.database].get_collection(name.collection, write_concern=DURABLE)
        collection.insert_many(raw, ordered=False)
