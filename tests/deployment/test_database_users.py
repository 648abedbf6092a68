"""What compose runs to make a replica set with users, on a real mongod with the generated secrets."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from loket_local import mongodb
from loket_local.ports import find_free

DEPLOY = Path(__file__).parents[2] / "deploy"
PROGRAMS = Path(sys.executable).parent


@pytest.fixture
def secrets(tmp_path):
    """The folder of the secrets, whose addresses lead to a mongod that has only its key."""
    folder, (port,) = tmp_path / "secrets", find_free(1)
    subprocess.run([DEPLOY / "secrets.sh", folder], check=True, capture_output=True)
    for file in folder.glob("mongo_*"):
        file.chmod(0o600)
        file.write_text(file.read_text().replace("mongodb:27017", f"127.0.0.1:{port}"))
    (folder / "mongodb_key").chmod(0o400)
    (tmp_path / "logs").mkdir()
    server = mongodb.launch(tmp_path / "mongodb", port, tmp_path / "logs", key=folder / "mongodb_key")
    yield folder
    server.stop()


def run(secrets, *command):
    environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    environment |= {"MONGO_URI_FILE": str(secrets / "mongo_internal_uri")}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=True)


def connected(secrets, owner):
    return MongoClient((secrets / f"mongo_uri_{owner}").read_text(), serverSelectionTimeoutMS=5000)


def test_the_task_of_compose_makes_the_replica_set_and_users_with_the_generated_secrets(secrets, tmp_path):
    address = secrets.joinpath("mongo_internal_uri").read_text().rpartition("@")[2].partition("/")[0]
    for _ in range(2):  # it runs at each start
        run(secrets, sys.executable, DEPLOY / "replica_set.py", address)
        run(secrets, "loket", "database", "users", secrets)
    with connected(secrets, "booking") as client:
        client.loket_booking.notes.insert_one({})
    with connected(secrets, "reporting") as client, pytest.raises(OperationFailure, match="not authorized"):
        client.loket_booking.notes.find_one({})
    uri = (secrets / "mongo_uri_backup").read_text()
    run(secrets, "loket", "backup", "create", "--unencrypted", "--mongo-uri", uri, tmp_path / "backup")
    assert "1 collections" in run(secrets, "loket", "backup", "verify", tmp_path / "backup").stdout
