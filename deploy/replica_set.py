"""Makes these members one MongoDB replica set, or adds those that it lacks; ends once it has a primary:

python replica_set.py mongodb:27017 mongodb-2:27017 mongodb-3:27017
"""

import sys
import time
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

NAME = "loket"
NOT_YET_INITIALIZED = 94
#: seconds
PATIENCE = 120.0


def make(members: list[str]) -> None:
    """Raises PyMongoError while the servers do not allow it yet; call it again then."""
    with MongoClient[dict[str, Any]](members[0], directConnection=True, serverSelectionTimeoutMS=2000) as first:
        try:
            first.admin.command("replSetGetConfig")
        except OperationFailure as failure:
            if failure.code != NOT_YET_INITIALIZED:
                raise
            listed = [{"_id": number, "host": host} for number, host in enumerate(members)]
            first.admin.command("replSetInitiate", {"_id": NAME, "members": listed})
    with MongoClient[dict[str, Any]](members, replicaSet=NAME, serverSelectionTimeoutMS=20000) as client:
        client.admin.command("ping")  # answered by the primary
        for host in members:
            config = client.admin.command("replSetGetConfig")["config"]
            if host not in {each["host"] for each in config["members"]}:
                number = 1 + max(each["_id"] for each in config["members"])
                config["members"].append({"_id": number, "host": host})
                client.admin.command("replSetReconfig", {**config, "version": config["version"] + 1})


def main() -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return make(sys.argv[1:])
        except PyMongoError as error:
            if time.monotonic() > deadline:
                sys.exit(f"The replica set cannot be made: {error}")
            time.sleep(0.5)


if __name__ == "__main__":
    main()
