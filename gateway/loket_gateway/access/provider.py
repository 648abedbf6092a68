"""Logging in at the municipality's own provider of identities: OpenID Connect, authorisation code with PKCE (RFC 7636).

What the provider says of somebody's roles counts, anew at each login: a claim with entries such as `rumst/lead/milieu`.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pymongo.database import Database

from loket_chassis.mongo import Document
from loket_chassis.tokens import hash_of

from .roles import FOR_PEOPLE, Grant

#: a login that was begun is given up after so long
LONGEST_LOGIN = dt.timedelta(minutes=10)
#: what is known of the provider is asked for again after so long
FRESH_FOR = 3600.0
SECONDS = 10
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


class LoginFailed(Exception):
    """The provider did not let somebody in, or said something that cannot be trusted. The text is for the log."""


@dataclass(frozen=True)
class Person:
    """Who came in: a code that follows from the provider's subject, and what they may where."""

    name: str
    grants: Mapping[str, tuple[Grant, ...]]


class Provider:
    """One provider for the whole of this Loket. What it says of itself is read from its discovery document."""

    def __init__(self, database: Database[Document], settings: Any) -> None:
        self.settings = settings
        self.logins = database["logins"]
        self.redirect_uri = f"{str(settings.public_url).rstrip('/')}/aanmelden/terug"
        self._read: tuple[float, Document, KeySet] | None = None

    @property
    def is_set(self) -> bool:
        return bool(self.settings.oidc_issuer)

    def create_indexes(self) -> None:
        self.logins.create_index("at", expireAfterSeconds=int(LONGEST_LOGIN.total_seconds()), name="expires")

    def begin(self, municipality: str, there: str, now: dt.datetime) -> tuple[str, str]:
        """Where to send the browser, and the secret that its cookie keeps until it is back. Raises LoginFailed."""
        about, _ = self._about()
        state, nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(24), generate_token(64)
        url, _ = self._client().create_authorization_url(
            about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier
        )
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
        about, keys = self._about()
        try:
            token = self._client().fetch_token(
                about["token_endpoint"], authorization_response=address, state=state,
                code_verifier=login["verifier"], timeout=SECONDS,
            )  # fmt: skip
            claims = self._claims(token.get("id_token", ""), keys, about["issuer"], login["nonce"])
        except (OAuthError, JoseError, requests.RequestException, ValueError) as error:
            raise LoginFailed(f"{type(error).__name__}: {error}") from error
        if "userinfo_endpoint" in about and self.settings.oidc_roles_claim not in claims:
            claims = {**claims, **self._userinfo(about["userinfo_endpoint"], token["access_token"], claims["sub"])}
        return login["municipality"], login["there"], self._person(claims)

    def _client(self) -> Any:
        return OAuth2Session(
            self.settings.oidc_client_id, self.settings.oidc_client_secret, scope=self.settings.oidc_scope,
            redirect_uri=self.redirect_uri, code_challenge_method="S256",
        )  # fmt: skip

    def _about(self) -> tuple[Document, KeySet]:
        if self._read is None or time.monotonic() - self._read[0] > FRESH_FOR:
            issuer = self.settings.oidc_issuer.rstrip("/")
            try:
                about = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=SECONDS).json()
                if about["issuer"].rstrip("/") != issuer:
                    raise LoginFailed(f"the provider says that it is {about['issuer']}")
                keys = KeySet.import_key_set(requests.get(about["jwks_uri"], timeout=SECONDS).json())
            except (requests.RequestException, JoseError, ValueError, KeyError) as error:
                raise LoginFailed(f"the provider cannot be read: {error}") from error
            self._read = time.monotonic(), about, keys
        return self._read[1], self._read[2]

    def _claims(self, id_token: str, keys: KeySet, issuer: str, nonce: str) -> dict[str, Any]:
        """The claims of an ID token that is the provider's, for us, in time, and of this login (OIDC Core, 3.1.3.7)."""
        read = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer}, aud={"essential": True, "value": self.settings.oidc_client_id},
            nonce={"essential": True, "value": nonce}, exp={"essential": True}, sub={"essential": True},
        ).validate(read.claims)  # fmt: skip
        return dict(read.claims)

    def _userinfo(self, url: str, token: str, subject: str) -> dict[str, Any]:
        try:
            answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=SECONDS)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise LoginFailed(f"the provider tells nothing of who came in: {error}") from error
        if found.get("sub") != subject:
            raise LoginFailed("the provider tells of somebody else")
        return found

    def _person(self, claims: Mapping[str, Any]) -> Person:
        given = claims.get(self.settings.oidc_roles_claim) or ()
        found: dict[str, tuple[Grant, ...]] = {}
        for entry in given if isinstance(given, list) else [given]:
            municipality, _, role = str(entry).partition("/")
            try:
                grant = Grant.read(role)
            except ValueError:
                continue  # a role of another program of theirs
            if grant.role in FOR_PEOPLE:
                found[municipality] = (*found.get(municipality, ()), grant)
        subject = _NOT_IN_A_NAME.sub("-", str(claims["sub"]).lower()).strip("-")
        return Person(f"idp-{subject}-{hash_of(str(claims['sub']))[:8]}"[:64], found)
