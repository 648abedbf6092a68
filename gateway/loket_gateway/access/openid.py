"""The client of an identity provider (OpenID Connect Core 1.0; RFC 6749, 7636)."""

from __future__ import annotations

from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from loket_chassis.runtime.ttl_cache import CachedValue
from loket_chassis.storage.connection import Document

from .provider import LoginFailed

#: seconds for which the metadata and keys of the provider are cached
METADATA_TTL = 3600.0
SECONDS = 10
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]


class OpenId:
    """The authorisation code flow with PKCE. Metadata comes from the discovery document of the provider."""

    def __init__(self, settings: Any, redirect_uri: str) -> None:
        self.settings = settings
        self.redirect_uri = redirect_uri
        self._metadata = CachedValue(self._load_metadata, METADATA_TTL)

    def address(self, state: str, nonce: str, again: bool = False) -> tuple[str, str]:
        """Return the address to redirect to, and the PKCE verifier to store. Raises LoginFailed.

        `again`: the provider asks for the password again, also within a session there.
        """
        about, _ = self._metadata.get()
        verifier = generate_token(64)
        url, _ = self._client().create_authorization_url(
            about["authorization_endpoint"], state=state, nonce=nonce, code_verifier=verifier,
            **({"prompt": "login"} if again else {}),
        )  # fmt: skip
        return url, verifier

    def claims(self, address: str, state: str, nonce: str, verifier: str) -> dict[str, Any]:
        """Return the claims about the user who returned to `address`. Raises LoginFailed."""
        about, keys = self._metadata.get()
        try:
            token = self._client().fetch_token(
                about["token_endpoint"], authorization_response=address, state=state, code_verifier=verifier,
                timeout=SECONDS,
            )  # fmt: skip
            claims = self._claims(token.get("id_token", ""), keys, about["issuer"], nonce)
        except (AuthlibBaseError, JoseError, requests.RequestException, ValueError) as error:
            raise LoginFailed(f"{type(error).__name__}: {error}") from error
        if "userinfo_endpoint" in about and self.settings.oidc_roles_claim not in claims:
            claims = {**claims, **self._userinfo(about["userinfo_endpoint"], token["access_token"], claims["sub"])}
        return claims

    def logout_address(self) -> str | None:
        """Return where the user logs out at the provider (RP-Initiated Logout 1.0), or None. Raises LoginFailed.

        It names no page to return to: the provider would refuse one that is not registered.
        """
        about, _ = self._metadata.get()
        if "end_session_endpoint" not in about:
            return None
        return add_params_to_uri(about["end_session_endpoint"], [("client_id", self.settings.oidc_client_id)])

    def _client(self) -> Any:
        client = OAuth2Session(
            self.settings.oidc_client_id, self.settings.oidc_client_secret, scope=self.settings.oidc_scope,
            redirect_uri=self.redirect_uri, code_challenge_method="S256",
        )  # fmt: skip
        client.max_redirects = 0
        return client

    def _load_metadata(self) -> tuple[Document, KeySet]:
        """Return the metadata and the keys of the provider. Raises LoginFailed."""
        issuer = self.settings.oidc_issuer.rstrip("/")
        try:
            about = _get(f"{issuer}/.well-known/openid-configuration").json()
            if about["issuer"].rstrip("/") != issuer:
                raise LoginFailed(f"the provider says that it is {about['issuer']}")
            keys = KeySet.import_key_set(_get(about["jwks_uri"]).json())
        except (requests.RequestException, JoseError, ValueError, KeyError) as error:
            raise LoginFailed(f"the provider cannot be read: {error}") from error
        return about, keys

    def _claims(self, id_token: str, keys: KeySet, issuer: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an ID token after validating issuer, audience, expiry and nonce (OIDC Core, 3.1.3.7).

        A token for several audiences names the party that it was issued to (azp), and this must be us.
        """
        read = jwt.decode(id_token, keys, algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": issuer}, aud={"essential": True, "value": self.settings.oidc_client_id},
            nonce={"essential": True, "value": nonce}, exp={"essential": True}, sub={"essential": True},
        ).validate(read.claims)  # fmt: skip
        audiences, party = read.claims["aud"], read.claims.get("azp")
        several = isinstance(audiences, list) and len(audiences) > 1
        if (party is not None or several) and party != self.settings.oidc_client_id:
            raise LoginFailed("the ID token was issued to another party")
        return dict(read.claims)

    def _userinfo(self, url: str, token: str, subject: str) -> dict[str, Any]:
        try:
            answer = _get(url, {"Authorization": f"Bearer {token}"})
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise LoginFailed(f"the provider returned no user: {error}") from error
        if found.get("sub") != subject:
            raise LoginFailed("the provider returned another user")
        return found


def _get(url: str, headers: dict[str, str] | None = None) -> requests.Response:
    """Return the response of the provider, never that of a place it redirects to. Raises RequestException."""
    answer = requests.get(url, headers=headers, timeout=SECONDS, allow_redirects=False)
    if answer.is_redirect:
        raise requests.TooManyRedirects("the provider redirects")
    return answer
