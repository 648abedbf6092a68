"""Makes these members one MongoDB replica set, or adds those that it lacks; ends once it has a primary:

python replica_set.py mongodb:27017 mongodb-2:27017 mongodb-3:27017

MONGO_URI_FILE names a file with an address whose user may do this, such as the members' own user.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

NAME = "loket"
NOT_YET_INITIALIZED = 94
#: seconds
START_TIMEOUT = 120.0


def login() -> dict[str, Any]:
    """The user and password in the address, as options of the driver; none without an address."""
    file = os.environ.get("MONGO_URI_FILE")
    found = parse_uri(Path(file).read_text().strip()) if file else {"username": None}
    if not found["username"]:
        return {}
    source = found["options"].get("authSource", "admin")
    return {"username": found["username"], "password": found["password"], "authSource": source}


def make(members: list[str]) -> None:
    """Raises PyMongoError while the servers do not allow it yet; call it again then."""
    with MongoClient[dict[str, Any]](
        members[0], directConnection=True, serverSelectionTimeoutMS=2000, **login()
    ) as first:
        try:
            first.admin.command("replSetGetConfig")
        except OperationFailure as failure:
            if failure.code != NOT_YET_INITIALIZED:
                raise
            listed = [{"_id": number, "host": host} for number, host in enumerate(members)]
            first.admin.command("replSetInitiate", {"_id": NAME, "members": listed})
    with MongoClient[dict[str, Any]](members, replicaSet=NAME, serverSelectionTimeoutMS=20000, **login()) as client:
        client.admin.command("ping")  # answered by the primary
        for host in members:
            config = client.admin.command("replSetGetConfig")["config"]
            if host not in {each["host"] for each in config["members"]}:
                number = 1 + max(each["_id"] for each in config["members"])
                config["members"].append({"_id": number, "host": host})
                client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1})


def main() -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            return make(sys.argv[1:])
        except PyMongoError as error:
            if time.monotonic() > deadline:
                sys.exit(f"The replica set cannot be made: {error}")
            time.sleep(0.5)


if __name__ == "__main__":
    main()
