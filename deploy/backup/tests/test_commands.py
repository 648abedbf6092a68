"""`loket backup` copies databases as of one moment, and restores exactly that, or changes nothing and says why."""

import threading
import uuid

import pytest
from click.testing import CliRunner
from pymongo import MongoClient

from loket_backup.cli import backup
from loket_chassis.storage import schema_version

FIRST, SECOND = "first", "second"


@pytest.fixture
def client(mongo_uri):
    with MongoClient(mongo_uri, w="majority") as client:
        yield client


@pytest.fixture
def names(client):
    """Two empty databases."""
    made = [f"backup_{part}_{uuid.uuid4().hex[:8]}" for part in (FIRST, SECOND)]
    yield made
    for name in made:
        client.drop_database(name)


@pytest.fixture
def loket_backup(mongo_uri, names, tmp_path):
    """Runs a command on the two databases; returns what it prints, or the error that ended it."""
    key = tmp_path / "loket.key"
    public = CliRunner().invoke(backup, ["keygen", str(key)]).stdout.strip()

    def run(command, *arguments):
        databases = [part for name in names for part in ("--database", name)] if command == "create" else []
        to = ["--recipient", public] if command == "create" else ["--identity", str(key)]
        uri = [] if command == "verify" else ["--mongo-uri", mongo_uri]
        return CliRunner().invoke(
            backup, [command, *uri, *to, *databases, *map(str, arguments)], env={"LOKET_SECRET": "s"}
        )

    return run


def done(result):
    assert result.exit_code == 0, result.output
    return result.output


def everything(client, names):
    """All documents, options and indexes of the databases."""
    return {
        (name, each["name"]): (
            each["options"],
            client[name][each["name"]].index_information(),
            list(client[name][each["name"]].find().sort("_id", 1)),
        )
        for name in names
        for each in client[name].list_collections()
    }


def fill(client, names):
    for name in names:
        database = client[name]
        schema_version.require_readable(database)
        database.create_collection("words", collation={"locale": "nl"})
        database.things.create_index([("a", 1), ("b", -1)], name="in_order", unique=True)
        database.things.create_index("at", name="expires", expireAfterSeconds=10**8)
        database.things.create_index(
            "outbox.time", name="outbox", partialFilterExpression={"outbox.0": {"$exists": True}}
        )
        database.things.insert_many({"a": n, "b": [n, {"deep": bytes(n)}]} for n in range(100))


def test_a_restore_gives_documents_options_and_indexes_back(client, names, loket_backup, tmp_path):
    fill(client, names)
    before = everything(client, names)
    done(loket_backup("create", tmp_path / "a.age"))
    assert "6 collections, 202 documents" in done(loket_backup("verify", tmp_path / "a.age"))
    for name in names:
        client[name].things.delete_many({"a": {"$lt": 50}})
        client[name].later.insert_one({})
    done(loket_backup("restore", "--replace", "--secrets", tmp_path / "secrets.env", tmp_path / "a.age"))
    assert everything(client, names) == before
    assert (tmp_path / "secrets.env").read_text() == "LOKET_SECRET=s\n"
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_all_databases_are_copied_as_of_one_moment_while_they_are_written(client, names, loket_backup, tmp_path):
    """Each number is written to the first database before the second: at any moment they differ by one at most."""
    stop = threading.Event()
    first, second = (client[name].numbers for name in names)
    first.insert_many({"_id": -n, "text": "x" * 2000} for n in range(1, 3000))
    second.insert_one({"_id": 0})
    first.insert_one({"_id": 0})

    def write():
        number = 0
        while not stop.is_set():
            number += 1
            first.insert_one({"_id": number})
            second.insert_one({"_id": number})

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done(loket_backup("create", tmp_path / "a.age"))
    finally:
        stop.set()
        writer.join()
    done(loket_backup("restore", "--replace", tmp_path / "a.age"))
    last = [collection.find_one(sort=[("_id", -1)])["_id"] for collection in (first, second)]
    assert last[0] - last[1] in (0, 1)
    assert first.count_documents({"_id": {"$gt": 0}}) == last[0]


def test_a_database_that_is_not_empty_is_not_replaced_unasked(client, names, loket_backup, tmp_path):
    fill(client, names)
    done(loket_backup("create", tmp_path / "a.age"))
    before = everything(client, names)
    result = loket_backup("restore", tmp_path / "a.age")
    assert result.exit_code == 1
    assert "--replace" in result.output
    assert everything(client, names) == before


def test_a_damaged_backup_changes_nothing(client, names, loket_backup, tmp_path):
    fill(client, names)
    done(loket_backup("create", tmp_path / "a.age"))
    before = everything(client, names)
    data = (tmp_path / "a.age").read_bytes()
    (tmp_path / "a.age").write_bytes(data[:-20])
    for command in (("verify",), ("restore", "--replace")):
        result = loket_backup(*command, tmp_path / "a.age")
        assert result.exit_code == 1
        assert "damaged or incomplete" in result.output
    assert everything(client, names) == before


def test_databases_with_connected_services_are_not_restored(mongo_uri, client, names, loket_backup, tmp_path):
    fill(client, names)
    done(loket_backup("create", tmp_path / "a.age"))
    with MongoClient(mongo_uri, appname="loket-booking") as service:
        service.admin.command("ping")
        result = loket_backup("restore", "--replace", tmp_path / "a.age")
    assert result.exit_code == 1
    assert "booking" in result.output


def test_a_backup_of_a_later_version_is_refused(client, names, loket_backup, tmp_path):
    fill(client, names)
    client[names[0]].schema.update_one({"_id": "version"}, {"$set": {"major": schema_version.CURRENT + 1}})
    done(loket_backup("create", tmp_path / "a.age"))
    result = loket_backup("restore", "--replace", tmp_path / "a.age")
    assert result.exit_code == 1
    assert "Use a newer release" in result.output


def test_no_service_starts_on_a_database_that_a_restore_is_filling(client, names):
    schema_version.begin_restore(client[names[0]])
    with pytest.raises(schema_version.UnusableDatabase, match="restore"):
        schema_version.require_readable(client[names[0]])
    schema_version.end_restore(client[names[0]])
    schema_version.require_readable(client[names[0]])


def test_a_backup_without_a_key_needs_to_be_asked_for(names, mongo_uri, tmp_path):
    result = CliRunner().invoke(backup, ["create", "--mongo-uri", mongo_uri, str(tmp_path / "a")])
    assert result.exit_code == 2
    assert "--unencrypted" in result.output
    assert not list(tmp_path.iterdir())


def test_a_backup_of_nothing_is_refused(loket_backup, tmp_path):
    result = loket_backup("create", tmp_path / "a.age")
    assert result.exit_code == 1
    assert "nothing to back up" in result.output
    assert [each.name for each in tmp_path.iterdir()] == ["loket.key"]


def test_an_unreachable_database_is_one_sentence(loket_backup, tmp_path, monkeypatch):
    monkeypatch.setattr("loket_backup.cli.SELECTION_MS", 200)
    result = CliRunner().invoke(
        backup, ["create", "--unencrypted", "--mongo-uri", "mongodb://127.0.0.1:9/?replicaSet=x", str(tmp_path / "a")]
    )
    assert result.exit_code == 69  # EX_UNAVAILABLE
    assert result.output.startswith("Error: The database failed:")
