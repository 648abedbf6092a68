"""Login with the identity provider of the municipality: OpenID Connect, authorisation code with PKCE (RFC 7636).

Each login updates the roles of the account from a claim with entries such as `rumst/lead/milieu`.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import structlog
from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

from .roles import HUMAN_ROLES, Grant

if TYPE_CHECKING:
    from .openid import OpenId

#: a login expires after this long
LONGEST_LOGIN = dt.timedelta(minutes=10)
#: maximum characters of the name of an account
LONGEST_NAME = 64
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


log = structlog.get_logger()


class LoginFailed(Exception):
    """The provider refused the login, or its response is invalid. The text is for the log."""


@dataclass(frozen=True)
class Person:
    """A user of the provider: a name derived from the subject, and grants by municipality.

    `former_name`: the name in older versions, which was not always unique; None when it is the same.
    """

    name: str
    former_name: str | None
    grants: Mapping[str, tuple[Grant, ...]]


@dataclass(frozen=True)
class Login(PreservesUnknownFields):
    """A login that has begun. `id`: the hash of its state. `there`: the page to go to afterwards."""

    id: str
    municipality: str
    there: str
    nonce: str
    verifier: str
    at: dt.datetime


LOGIN = Codec(Login, DOCUMENT_ID)


class Provider:
    """The one identity provider of this installation."""

    def __init__(self, database: Database[Document], settings: Any) -> None:
        self.settings = settings
        self.logins = database["logins"]
        self.redirect_uri = f"{str(settings.public_url).rstrip('/')}/aanmelden/terug"

    @cached_property
    def protocol(self) -> OpenId:
        from .openid import OpenId  # imported when needed: it takes 9 MiB

        return OpenId(self.settings, self.redirect_uri)

    @property
    def is_set(self) -> bool:
        return bool(self.settings.oidc_issuer)

    def create_indexes(self) -> None:
        self.logins.create_index("at", expireAfterSeconds=int(LONGEST_LOGIN.total_seconds()), name="expires")

    def begin(self, municipality: str, there: str, now: dt.datetime, again: bool = False) -> tuple[str, str]:
        """Return the address to redirect to, and the state for the cookie of the browser. Raises LoginFailed.

        `again`: the provider asks for the password again, also within a session there.
        """
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        url, verifier = self.protocol.address(state, nonce, again)
        self.logins.insert_one(LOGIN.encode(Login(hash_of(state), municipality, there, nonce, verifier, now)))
        return url, state

    def finish(self, address: str, state: str, now: dt.datetime) -> tuple[str, str, Person]:
        """Return the municipality and the page where the login began, and the user. Raises LoginFailed.

        `address`: the one at which the browser returned. `state`: from its cookie.
        """
        found = self.logins.find_one_and_delete({"_id": hash_of(state)})  # it can be used once
        login = LOGIN.decode_found(found)
        if login is None or login.at + LONGEST_LOGIN < now:
            raise LoginFailed("there is no such login, or it took too long")
        claims = self.protocol.claims(address, state, login.nonce, login.verifier)
        return login.municipality, login.there, self._person(claims)

    def logout_address(self) -> str | None:
        """Return where the user logs out at the provider; None when it offers that nowhere or cannot be reached."""
        try:
            return self.protocol.logout_address()
        except LoginFailed as error:
            log.warning("the session at the identity provider stays open", error=str(error))
            return None

    def _person(self, claims: Mapping[str, Any]) -> Person:
        given = claims.get(self.settings.oidc_roles_claim) or ()
        found: dict[str, tuple[Grant, ...]] = {}
        for entry in given if isinstance(given, list) else [given]:
            municipality, _, role = str(entry).partition("/")
            try:
                grant = Grant.read(role)
            except ValueError:
                continue  # a role of another program
            if grant.role in HUMAN_ROLES:
                found[municipality] = (*found.get(municipality, ()), grant)
        return Person(*_names_of(str(claims["sub"])), found)


def _names_of(subject: str) -> tuple[str, str | None]:
    """Return the unique name of the account of a subject, and its name from when long names were truncated."""
    readable, digest = _NOT_IN_A_NAME.sub("-", subject.lower()).strip("-"), hash_of(subject)
    full_name = f"idp-{readable}-{digest[:8]}"
    if len(full_name) <= LONGEST_NAME:
        return full_name, None
    end = f"-{digest[:16]}"
    return f"idp-{readable}"[: LONGEST_NAME - len(end)].rstrip("-") + end, full_name[:LONGEST_NAME]
