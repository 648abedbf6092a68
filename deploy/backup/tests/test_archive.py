"""The file of a backup is read as it was written, or refused with a reason."""

import gzip
import io
import json
import subprocess
import tarfile

import bson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_backup import archive as module
from loket_backup.archive import ArchiveReader, ArchiveWriter, Name, UnreadableBackup
from loket_backup.encryption import decrypted, encrypted, new_identity, read_identities

CARDS = Name("loket_booking", "cards")
METADATA = {"options": {}, "indexes": [{"v": 2, "key": {"_id": 1}, "name": "_id_"}]}
HEADER = {"time": "2027-01-31T10:00:00+00:00", "databases": {"loket_booking": 1}}


def written(documents, secrets=None, header=HEADER):
    stream = io.BytesIO()
    with ArchiveWriter(stream, header) as writer:
        writer.add_collection(CARDS, METADATA, [bson.encode(each) for each in documents])
        if secrets:
            writer.add_secrets(secrets)
    return stream.getvalue()


def read(data):
    reader = ArchiveReader(io.BytesIO(data))
    found = []
    for name, part in reader:
        assert name == CARDS
        if isinstance(part, list):
            found.extend(bson.decode(each) for each in part)
        else:
            assert part == METADATA
    return reader, found


KEYS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5)


@given(st.lists(st.dictionaries(KEYS, st.integers(-9, 9) | st.text(), max_size=4), max_size=20))
def test_an_archive_reads_as_it_was_written(documents):
    reader, found = read(written(documents, {"LOKET_SECRET": "s"}))
    assert found == documents
    assert (reader.header["time"], reader.secrets) == (HEADER["time"], {"LOKET_SECRET": "s"})


def test_documents_are_split_into_parts_of_bounded_size(monkeypatch):
    monkeypatch.setattr(module, "PART", 100)
    data = written([{"_id": n, "text": "x" * 30} for n in range(10)])
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        parts = [name for name in tar.getnames() if name.endswith(".bson")]
    assert parts == [f"loket_booking/cards/{n:06}.bson" for n in range(5)]
    assert len(read(data)[1]) == 10


def test_a_backup_that_is_cut_off_is_refused_or_still_complete():
    documents = [{"_id": n} for n in range(50)]
    data = written(documents)
    refused = 0
    for end in range(0, len(data), 7):
        try:
            assert read(data[:end])[1] == documents  # only the padding at the end is missing
        except UnreadableBackup:
            refused += 1
    assert refused > 0.8 * len(data) / 7


def test_an_archive_whose_writer_failed_is_refused():
    def failing():
        yield bson.encode({"_id": 1})
        raise RuntimeError

    stream = io.BytesIO()
    with pytest.raises(RuntimeError), ArchiveWriter(stream, HEADER) as writer:
        writer.add_collection(CARDS, METADATA, failing())
    with pytest.raises(UnreadableBackup, match="end is missing"):
        read(stream.getvalue())


def test_a_changed_document_is_refused_by_name():
    plain = gzip.decompress(written([{"_id": 1, "name": "Lieve"}]))
    with pytest.raises(UnreadableBackup, match="loket_booking/cards"):
        read(gzip.compress(plain.replace(b"Lieve", b"Lieva")))


def test_a_file_that_is_not_a_backup_is_refused():
    for data in (b"", b"nonsense" * 100, gzip.compress(b"nonsense" * 100)):
        with pytest.raises(UnreadableBackup):
            read(data)


def test_a_backup_of_a_later_format_is_refused(monkeypatch):
    monkeypatch.setattr(module, "FORMAT", 2)
    data = written([])
    monkeypatch.undo()
    with pytest.raises(UnreadableBackup, match="later release"):
        read(data)


@pytest.fixture
def identity(tmp_path):
    file = tmp_path / "loket.key"
    new_identity(file)
    return file


def encrypt(data, identity):
    target = io.BytesIO()
    with encrypted(target, [each.to_public() for each in read_identities(identity)]) as plain:
        plain.write(data)
    return target.getvalue()


def decrypt(data, identity):
    with decrypted(io.BytesIO(data), read_identities(identity)) as plain:
        return plain.read()


def test_an_encrypted_stream_is_read_with_its_key_and_with_no_other(identity, tmp_path):
    data = bytes(range(256)) * 2000
    hidden = encrypt(data, identity)
    assert decrypt(hidden, identity) == data
    other = tmp_path / "other.key"
    new_identity(other)
    with pytest.raises(UnreadableBackup, match="secret key"):
        decrypt(hidden, other)


def test_an_encrypted_stream_that_is_cut_off_or_changed_is_refused(identity):
    hidden = encrypt(bytes(200_000), identity)
    changed = hidden[:-9] + bytes([hidden[-9] ^ 1]) + hidden[-8:]
    for damaged in (hidden[:-1], hidden[: len(hidden) // 2], changed, hidden[:100]):
        with pytest.raises(UnreadableBackup):
            decrypt(damaged, identity)


def test_a_reader_may_stop_early(identity):
    hidden = encrypt(bytes(1_000_000), identity)
    with decrypted(io.BytesIO(hidden), read_identities(identity)) as plain:
        assert plain.read(10) == bytes(10)


def test_a_full_disk_is_an_error_and_not_a_backup(identity):
    class Full(io.RawIOBase):
        def writable(self):
            return True

        def write(self, data):
            raise OSError(28, "No space left on device")

    recipients = [each.to_public() for each in read_identities(identity)]
    with pytest.raises(OSError, match="No space left"), encrypted(Full(), recipients) as plain:
        plain.write(bytes(10_000_000))


def test_a_secret_key_is_only_readable_for_its_owner_and_never_overwritten(identity):
    assert identity.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        new_identity(identity)


def test_another_implementation_of_age_reads_a_backup(identity, tmp_path, node_modules):
    backup = tmp_path / "backup.age"
    backup.write_bytes(encrypt(written([{"_id": 7, "name": "Lieve"}]), identity))
    script = node_modules.parent / "decrypt_backup.js"
    done = subprocess.run(["node", script, identity, backup], capture_output=True, check=True)
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        (document,) = bson.decode_all(tar.extractfile("loket_booking/cards/000000.bson").read())
        assert json.load(tar.extractfile("contents.json"))["loket_booking/cards"]["documents"] == 1
    assert document == {"_id": 7, "name": "Lieve"}
