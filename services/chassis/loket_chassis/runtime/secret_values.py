"""Checks of secrets that an operator chooses. Guessable ones are rejected, with a command that makes a good one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from .allowed_values import MAX_PORT, is_host, listed

#: a secret with one of these in it is a placeholder from documentation
PLACEHOLDERS = ("changeme", "changethis", "replaceme", "password", "secret", "placeholder", "example", "insecure")
#: words that weak secrets consist of; without them a secret must still be long enough
WORDS = (
    "rabbitmq", "rabbit", "loket", "guest", "admin", "administrator", "amqp", "broker", "booking", "gateway", "default",
    "development", "demo", "test", "user", "root", "welcome", "welkom", "letmein", "wachtwoord", "geheim", "qwerty",
    "azerty", "abcdefgh", "01234567", "12345678", "123456", "12345", "1234",
)  # fmt: skip
#: a random secret has at least this many different characters
MIN_DIFFERENT = 8
#: the schemes that kombu has for RabbitMQ; amqps encrypts
SCHEMES = ("amqp", "amqps", "pyamqp")
#: what an address with amqps can say about TLS: messaging/tls_transport.py
TLS_OPTIONS = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_server_hostname")
MIN_PASSWORD = 12


@dataclass(frozen=True)
class Secret:
    """A text that cannot be guessed. `least`: its length in bytes. `command`: makes one."""

    least: int
    command: str = "openssl rand -hex 32"
    called: str = "it"

    @property
    def allowed(self) -> str:
        return f"at least {self.least} bytes, not made of known words: `{self.command}`"

    def __call__(self, value: str) -> str:
        advice = f"make one with: {self.command}"
        if _holds_placeholder(value):
            raise ValueError(f"{self.called} contains a well-known placeholder; {advice}")
        if len(value.encode()) < self.least:
            raise ValueError(
                f"{self.called} has {len(value.encode())} of the {self.least} bytes that are needed; {advice}"
            )
        if _is_easy(value, self.least):
            raise ValueError(f"{self.called} is made of known words or of few characters; {advice}")
        return value


@dataclass(frozen=True)
class Each:
    """Secrets with blanks between them."""

    secret: Secret

    @property
    def allowed(self) -> str:
        return f"words with blanks between them, each {self.secret.allowed}"

    def __call__(self, value: str) -> str:
        return " ".join(self.secret(each) for each in value.split())


class BrokerUri:
    """The address of RabbitMQ with a user and a strong password; several addresses are separated by ;."""

    allowed = (
        f"{listed(SCHEMES)}, then ://user:password@host:port/vhost; the password has at least {MIN_PASSWORD} bytes "
        "and is not made of known words: `openssl rand -hex 16`"
    )
    _password = Secret(MIN_PASSWORD, "openssl rand -hex 16", "its password")

    def __call__(self, value: str) -> str:
        return ";".join(self._one(each) for each in value.split(";"))

    def _one(self, value: str) -> str:
        scheme, separator, rest = value.partition("://")
        if not separator or scheme.lower() not in SCHEMES:
            raise ValueError(f"it must begin with {listed(SCHEMES)}, then ://user:password@host:port/vhost")
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError:
            port = 0
        if port == 0 or not is_host(parts.hostname or ""):
            raise ValueError(
                f"it must name a host, and a port of at most {MAX_PORT}; write / : @ # and % in a password as "
                "%2F %3A %40 %23 %25"
            )
        unknown = [name for name, _ in parse_qsl(parts.query) if name.startswith("ssl") and name not in TLS_OPTIONS]
        if unknown:
            raise ValueError(f"it has the option {unknown[0]}; those of TLS are {', '.join(TLS_OPTIONS)}")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not user or not password:  # the library fills in guest for what is missing
            raise ValueError(f"it must name a user and a password; make one with: {self._password.command}")
        if user == password:
            raise ValueError(f"its password is the name of its user; make one with: {self._password.command}")
        self._password(password)
        return f"{scheme.lower()}://{rest}"


def _holds_placeholder(value: str) -> bool:
    plain = re.sub("[^a-z0-9]", "", value.lower())
    return any(word in plain for word in PLACEHOLDERS)


def _is_easy(value: str, least: int) -> bool:
    plain = re.sub("[^a-z0-9]", "", value.lower())
    left = re.sub("|".join(sorted(WORDS, key=len, reverse=True)), "", plain)
    return len(left) < least // 2 or len(set(value)) < MIN_DIFFERENT or _repeats(value)


def _repeats(value: str) -> bool:
    """Whether the value is one part repeated."""
    return any(value[period:] == value[:-period] for period in range(1, len(value) // 2 + 1))
