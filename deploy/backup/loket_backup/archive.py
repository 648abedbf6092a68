"""The file of a backup: a gzipped tar archive that is written and read as a stream.

| member | content |
| --- | --- |
| `backup.json` | first: the format, the time, the databases and their major versions |
| `<database>/<collection>/metadata.json` | options and indexes, as MongoDB Extended JSON |
| `<database>/<collection>/000000.bson`, ... | documents, one after another, as in a file of mongodump |
| `secrets.json` | the secrets of the installation, by the name of their setting |
| `contents.json` | last: the number of documents of each collection, and the SHA-256 of their bytes |

An archive without its last member is incomplete.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple

from bson import json_util

FORMAT = 1
#: bytes of documents in one member
PART = 8 << 20
COMPRESSION = 3
HEADER, CONTENTS, SECRETS, METADATA = "backup.json", "contents.json", "secrets.json", "metadata.json"
#: bytes of the length that a BSON document begins with
LENGTH = 4


class UnreadableBackup(Exception):
    """The file is not a backup, or damaged, or incomplete."""


class Name(NamedTuple):
    """A collection of a database."""

    database: str
    collection: str

    def __str__(self) -> str:
        return f"{self.database}/{self.collection}"


@dataclass
class Content:
    """What an archive holds of one collection. `digest`: the SHA-256 of its documents."""

    documents: int = 0
    digest: Any = field(default_factory=hashlib.sha256)

    def add(self, documents: Iterable[bytes]) -> bytes:
        joined = list(documents)
        self.documents += len(joined)
        data = b"".join(joined)
        self.digest.update(data)
        return data

    def summary(self) -> dict[str, Any]:
        return {"documents": self.documents, "sha256": self.digest.hexdigest()}


class ArchiveWriter:
    """Writes an archive. It is complete when the `with` block ends without an error."""

    def __init__(self, stream: BinaryIO, header: dict[str, Any]) -> None:
        self._gzip = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=COMPRESSION, filename="")
        self._tar = tarfile.open(fileobj=self._gzip, mode="w|")  # noqa: SIM115 - `__exit__` closes it
        self._contents: dict[Name, Content] = {}
        self._member(HEADER, json.dumps({"format": FORMAT, **header}).encode())

    def add_collection(self, name: Name, metadata: dict[str, Any], documents: Iterable[bytes]) -> int:
        """Add a collection with its documents, each as BSON. Returns their number."""
        self._member(f"{name}/{METADATA}", json_util.dumps(metadata).encode())
        content = self._contents[name] = Content()
        for number, part in enumerate(_parts(documents)):
            self._member(f"{name}/{number:06}.bson", content.add(part))
        return content.documents

    def add_secrets(self, secrets: dict[str, str]) -> None:
        self._member(SECRETS, json.dumps(secrets).encode())

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        if error is None:
            contents = {str(name): content.summary() for name, content in self._contents.items()}
            self._member(CONTENTS, json.dumps(contents).encode())
        # the target may be what failed
        with suppress(OSError) if error else nullcontext(), self._gzip:
            self._tar.close()

    def _member(self, name: str, data: bytes) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(data), 0o600
        self._tar.addfile(member, io.BytesIO(data))


class ArchiveReader:
    """Reads an archive from its begin to its end, once. Raises UnreadableBackup."""

    def __init__(self, stream: BinaryIO) -> None:
        self._members = _members(stream)
        name, data = next(self._members, ("", b""))
        if name != HEADER:
            raise UnreadableBackup("This is not a backup of Loket.")
        self.header: dict[str, Any] = json.loads(data)
        if self.header["format"] > FORMAT:
            raise UnreadableBackup("A later release of Loket made this backup. Use the tool of that release.")
        self.secrets: dict[str, str] = {}
        self.contents: dict[Name, Content] = {}
        self.is_complete = False

    def __iter__(self) -> Iterator[tuple[Name, dict[str, Any] | list[bytes]]]:
        """The metadata of each collection, then its documents in parts.

        Raises UnreadableBackup at the end when a document is missing or differs.
        """
        for path, data in self._members:
            if path == CONTENTS:
                self._compare(json.loads(data))
            elif path == SECRETS:
                self.secrets = json.loads(data)
            else:
                database, collection, member = path.split("/")
                name = Name(database, collection)
                if member == METADATA:
                    self.contents[name] = Content()
                    yield name, json_util.loads(data.decode())
                else:
                    documents = list(_documents(data))
                    self.contents[name].add(documents)
                    yield name, documents
        if not self.is_complete:
            raise UnreadableBackup("The backup is incomplete: its end is missing.")

    def _compare(self, stated: dict[str, Any]) -> None:
        found = {str(name): content.summary() for name, content in self.contents.items()}
        if found != stated:
            differing = sorted(name for name in {*found, *stated} if found.get(name) != stated.get(name))
            raise UnreadableBackup(f"The backup is damaged: {', '.join(differing)} differ from the list of contents.")
        self.is_complete = True


def _parts(documents: Iterable[bytes]) -> Iterator[list[bytes]]:
    part: list[bytes] = []
    size = 0
    for document in documents:
        part.append(document)
        size += len(document)
        if size >= PART:
            yield part
            part, size = [], 0
    if part:
        yield part


def _documents(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        length = int.from_bytes(data[start : start + LENGTH], "little")
        if length <= LENGTH or start + length > len(data):
            raise UnreadableBackup("The backup is damaged: a document is cut off.")
        yield data[start : start + length]
        start += length


def _members(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    try:
        with tarfile.open(fileobj=stream, mode="r|gz") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None:
                    raise UnreadableBackup("This is not a backup of Loket.")
                yield member.name, content.read()
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise UnreadableBackup(f"The backup is damaged, incomplete or encrypted with another key: {error}") from error
