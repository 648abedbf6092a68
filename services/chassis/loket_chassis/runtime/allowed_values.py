"""Checks of the values of settings. Each describes what is allowed, for operators, and rejects everything else."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?")
EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+")
MAX_PORT = 65535
#: MongoDB refuses these characters in a name on some systems, and longer names on all
DATABASE = re.compile(r'[^\s/\\."$*<>:|?\0]{1,63}')
MONGODB_OWN = ("admin", "local", "config")


class Check(Protocol):
    """Describes the allowed values, and checks a value."""

    @property
    def allowed(self) -> str:
        """A short description of the allowed values."""

    def __call__(self, value: Any) -> Any:
        """The value in the form that the code uses. Raises ValueError with a clause such as "it must be ..."."""


@dataclass(frozen=True)
class OneOf:
    """One of a few words, in upper or lower case. Returns the word as it is written here."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return " or ".join(filter(None, (", ".join(self.words[:-1]), self.words[-1])))

    def __call__(self, value: str) -> str:
        for word in self.words:
            if value.strip().lower() == word.lower():
                return word
        raise ValueError(f"it must be {self.allowed}")


@dataclass(frozen=True)
class Between:
    """A number in a range, both ends included. It has no upper end when `most` is None."""

    least: float
    most: float | None = None

    @property
    def allowed(self) -> str:
        return f"{self.least} or more" if self.most is None else f"{self.least} to {self.most}"

    def __call__(self, value: float) -> float:
        most = float("inf") if self.most is None else self.most
        if self.least <= value <= most and value != float("inf"):
            return value
        raise ValueError(f"it must be {self.allowed}")


PORT = Between(1, MAX_PORT)


@dataclass(frozen=True)
class Host:
    """A host name or IP address alone. `port`: the setting for the port, named when a value has both."""

    port: str

    @property
    def allowed(self) -> str:
        return "a host name or IP address"

    def __call__(self, value: str) -> str:
        if is_host(value):
            return value
        raise ValueError(f"it must be a host name or IP address alone; the port goes into {self.port}")


class ServerAddress:
    """Where another program listens, as host:port."""

    allowed = "host:port"
    example = "host:port, such as 127.0.0.1:3310"

    def __call__(self, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not HOST.fullmatch(host) or not re.fullmatch("[0-9]{1,5}", port):
            raise ValueError(f"it must be {self.example}")
        if int(port) > MAX_PORT:
            raise ValueError(f"it must be host:port, and the port at most {MAX_PORT}")
        return value


class ListenAddress(ServerAddress):
    """Where a process listens, as host:port. Without a host it would listen to the whole network."""

    allowed = "host:port; 0.0.0.0 as the host for the whole network"
    example = "host:port, such as 127.0.0.1:8080, or 0.0.0.0:8080 for the whole network"


@dataclass(frozen=True)
class WebAddress:
    """An http or https address. `query`: it may have one. `secure`: http is for this machine alone."""

    query: bool = False
    secure: bool = False

    @property
    def allowed(self) -> str:
        return "https://host" + (", or http:// on this machine" if self.secure else " or http://host")

    def __call__(self, value: str) -> str:
        if not _is_web_address(value) or (not self.query and ("?" in value or "#" in value)):
            raise ValueError(
                "it must begin with https:// or http://, then a host" + ("" if self.query else " and path")
            )
        if self.secure and value.lower().startswith("http:") and not _is_loopback(urlsplit(value).hostname):
            raise ValueError("it must begin with https://; http:// is for this machine alone")
        return value


class ContactAddress:
    """A secure web address, or an e-mail address as a URI (RFC 6068)."""

    allowed = "https://host/path, or mailto:name@host"

    def __call__(self, value: str) -> str:
        scheme, _, rest = value.partition(":")
        if (scheme == "mailto" and EMAIL.fullmatch(rest)) or (scheme == "https" and _is_web_address(value)):
            return value
        raise ValueError(f"it must be {self.allowed}")


class MongoUri:
    """The address of MongoDB, as the driver reads it."""

    allowed = "mongodb://host:port/?replicaSet=name, or mongodb+srv://"

    def __call__(self, value: str) -> str:
        from pymongo.errors import PyMongoError
        from pymongo.uri_parser import parse_uri

        if value.startswith("mongodb+srv://"):
            return value  # parsing it needs a DNS query
        try:
            parse_uri(value, warn=False)
        except (PyMongoError, ValueError) as error:
            # the driver's message can contain a password
            raise ValueError(
                "it must be mongodb://host:port/?replicaSet=name; write / : @ and % in a password as %2F %3A %40 %25"
            ) from error
        return value


class DatabaseName:
    """The name of a database that is not MongoDB's own."""

    allowed = "a name of at most 63 characters"

    def __call__(self, value: str) -> str:
        if not DATABASE.fullmatch(value) or value in MONGODB_OWN:
            raise ValueError(
                "it must be a database name: without blanks and / \\ . \" $ * < > : | ?, and not MongoDB's own"
            )
        return value


class ReadableFile:
    """A readable file."""

    allowed = "a file that can be read"

    def __call__(self, value: str) -> str:
        try:
            with Path(value).open("rb"):
                return value
        except OSError as error:
            raise ValueError(f"it must be a file that can be read: {error.strerror}") from error


class EmailAddress:
    """An e-mail address without a name."""

    allowed = "name@host"

    def __call__(self, value: str) -> str:
        if not EMAIL.fullmatch(value):
            raise ValueError("it must be an e-mail address alone, as name@host")
        return value


class JsonObject:
    """A JSON object whose values are texts."""

    allowed = "a JSON object of texts"

    def __call__(self, value: str) -> str:
        try:
            read = json.loads(value)
        except ValueError:
            read = None
        if not isinstance(read, dict) or not all(isinstance(each, str) for each in read.values()):
            raise ValueError('it must be a JSON object of texts, such as {"Authorization": "..."}')
        return value


class Pattern:
    """A regular expression, as Python's `re` reads it."""

    allowed = "a regular expression"

    def __call__(self, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"it must be a regular expression, a pattern as Python reads it: {error}") from error
        return value


@dataclass(frozen=True)
class LongSecret:
    """A secret that cannot be guessed, or none."""

    least: int

    @property
    def allowed(self) -> str:
        return f"{self.least} characters or more"

    def __call__(self, value: str) -> str:
        if value and len(value) < self.least:
            raise ValueError(f"it must have {self.least} characters or more")
        return value


@dataclass(frozen=True)
class Words:
    """Words with blanks between them, `needed` among them."""

    needed: str

    @property
    def allowed(self) -> str:
        return f"words, {self.needed} among them"

    def __call__(self, value: str) -> str:
        if self.needed not in value.split():
            raise ValueError(f"it must be words with blanks between them, and {self.needed} one of them")
        return value


def is_host(value: str) -> bool:
    """Whether this is a host name or an IP address, without a port."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return HOST.fullmatch(value) is not None
    return True


def listed(words: Iterable[str]) -> str:
    """The words as a sentence names them: a, b or c."""
    return OneOf(tuple(words)).allowed


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and "@" not in parts.netloc
        and is_host(parts.hostname or "")
        and port != 0
        and not re.search(r"\s", value)
    )


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"
