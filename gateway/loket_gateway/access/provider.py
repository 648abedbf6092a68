"""Logging in at the municipality's own provider of identities: OpenID Connect, authorisation code with PKCE (RFC 7636).

What the provider says of somebody's roles counts, anew at each login: a claim with entries such as `rumst/lead/milieu`.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.connection import Document

from .roles import HUMAN_ROLES, Grant

if TYPE_CHECKING:
    from .openid import OpenId

#: a login that was begun is given up after so long
LONGEST_LOGIN = dt.timedelta(minutes=10)
#: characters of the name of an account
LONGEST_NAME = 64
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


class LoginFailed(Exception):
    """The provider did not let somebody in, or said something that cannot be trusted. The text is for the log."""


@dataclass(frozen=True)
class Person:
    """Who came in: a code that follows from the provider's subject, and what they may where.

    `former_name`: the code that older versions gave them, which others may have had too; None when it is the same.
    """

    name: str
    former_name: str | None
    grants: Mapping[str, tuple[Grant, ...]]


class Provider:
    """One provider for the whole of this Loket. What it says of itself is read from its discovery document."""

    def __init__(self, database: Database[Document], settings: Any) -> None:
        self.settings = settings
        self.logins = database["logins"]
        self.redirect_uri = f"{str(settings.public_url).rstrip('/')}/aanmelden/terug"

    @cached_property
    def protocol(self) -> OpenId:
        from .openid import OpenId  # 9 MiB, which a gateway without a provider does without

        return OpenId(self.settings, self.redirect_uri)

    @property
    def is_set(self) -> bool:
        return bool(self.settings.oidc_issuer)

    def create_indexes(self) -> None:
        self.logins.create_index("at", expireAfterSeconds=int(LONGEST_LOGIN.total_seconds()), name="expires")

    def begin(self, municipality: str, there: str, now: dt.datetime) -> tuple[str, str]:
        """Where to send the browser, and the secret that its cookie keeps until it is back. Raises LoginFailed."""
        state, nonce = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        url, verifier = self.protocol.address(state, nonce)
        self.logins.insert_one({
            "_id": hash_of(state), "municipality": municipality, "there": there, "nonce": nonce, "verifier": verifier,
            "at": now,
        })  # fmt: skip
        return url, state

    def finish(self, address: str, state: str, now: dt.datetime) -> tuple[str, str, Person]:
        """The municipality and the place where the login began, and who came in. Raises LoginFailed.

        `address`: the one at which the browser came back. `state`: what its cookie keeps.
        """
        login = self.logins.find_one_and_delete({"_id": hash_of(state)})  # once
        if login is None or login["at"] + LONGEST_LOGIN < now:
            raise LoginFailed("there is no such login, or it took too long")
        claims = self.protocol.claims(address, state, login["nonce"], login["verifier"])
        return login["municipality"], login["there"], self._person(claims)

    def _person(self, claims: Mapping[str, Any]) -> Person:
        given = claims.get(self.settings.oidc_roles_claim) or ()
        found: dict[str, tuple[Grant, ...]] = {}
        for entry in given if isinstance(given, list) else [given]:
            municipality, _, role = str(entry).partition("/")
            try:
                grant = Grant.read(role)
            except ValueError:
                continue  # a role of another program of theirs
            if grant.role in HUMAN_ROLES:
                found[municipality] = (*found.get(municipality, ()), grant)
        return Person(*_names_of(str(claims["sub"])), found)


def _names_of(subject: str) -> tuple[str, str | None]:
    """The name of an account, which no other subject has, and the one it had when names were cut at their end."""
    readable, digest = _NOT_IN_A_NAME.sub("-", subject.lower()).strip("-"), hash_of(subject)
    body_of = f"idp-{readable}-{digest[:8]}"
    if len(body_of) <= LONGEST_NAME:
        return body_of, None
    end = f"-{digest[:16]}"
    return f"idp-{readable}"[: LONGEST_NAME - len(end)].rstrip("-") + end, body_of[:LONGEST_NAME]
