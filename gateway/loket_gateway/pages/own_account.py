"""The pages of one's own account: password, second factor, sessions, and giving the password again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import segno
from markupsafe import Markup
from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal

from ..access import passwords
from ..access.accounts import identifier
from ..access.credentials import provisioning_uri
from ..access.roles import Caller
from ..clients.catalogue_cache import CatalogueCache
from ..http.authentication import Authentication
from ..http.client_address import limit_key
from ..http.clock import now
from ..http.request import GatewayRequest
from .action import chosen_action
from .credentials_check import CredentialsCheck
from .login import enter, place_of
from .page_route import page_route
from .render import localise, municipality_context, page, see_other


@dataclass(frozen=True)
class OwnAccountPages:
    """For everyone who is logged in. Recovery codes are shown once."""

    access: Authentication
    catalogue: CatalogueCache
    check: CredentialsCheck

    @page_route("GET", "/<municipality>/wachtwoord")
    def show_password(self, request: GatewayRequest, municipality: str) -> Response:
        return self._password_page(request, municipality, "")

    @page_route("POST", "/<municipality>/wachtwoord")
    def change_password(self, request: GatewayRequest, municipality: str) -> Response:
        caller = self._caller(request, municipality)
        self.access.limits.take_for("login", limit_key(caller, request.remote_addr))
        old, new, again = (request.form.get(each, "") for each in ("old", "new", "again"))
        weakness = passwords.weakness_of(new, (caller.name, municipality))
        if weakness is not None:
            return self._password_page(request, municipality, weakness)
        if new != again:
            return self._password_page(request, municipality, "unlike")
        if new == old:
            return self._password_page(request, municipality, "same")
        account = self.check.password(request, municipality, caller.name, old)
        if account is None:
            return self._password_page(request, municipality, "wrong")
        self.access.changes.choose_password(municipality, caller.name, new)
        self.check.succeeded(request, account)
        self.access.log.record(municipality, caller.who, "password changed", now())
        response = enter(self.access, request, account, place_of(None, municipality), "password")
        self.access.remember_device(request, response, account)
        return response

    @page_route("GET", "/<municipality>/aanmelden/bevestigen")
    def show_reauthentication(self, request: GatewayRequest, municipality: str) -> Response:
        return self._confirmation_page(request, municipality, request.args.get("next", ""))

    @page_route("POST", "/<municipality>/aanmelden/bevestigen")
    def reauthenticate(self, request: GatewayRequest, municipality: str) -> Response:
        """Take the password once more before what changes access or removes data, and begin a new session."""
        caller, there = self._caller(request, municipality), request.form.get("next", "")
        account = self.check.password(request, municipality, caller.name, request.form.get("password", ""))
        if account is None:
            return self._confirmation_page(request, municipality, there, wrong=True)
        self.check.succeeded(request, account)
        secret = self.access.sessions.renew(caller.session, now())
        self.access.clear_caches()
        if secret is None:
            raise Refusal("login-needed")
        self.access.log.record(municipality, caller.who, "password confirmed", now())
        response = see_other(request, place_of(there, municipality))
        self.access.set_cookie(response, secret)
        return response

    @page_route("GET", "/<municipality>/mijn-account")
    def show_own_account(self, request: GatewayRequest, municipality: str) -> Response:
        return self._account_page(request, municipality)

    @page_route("POST", "/<municipality>/mijn-account")
    def change_own_account(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: end a session, end the others, or remove the second factor."""
        caller = self._caller(request, municipality)
        self._require_confirmed(caller)
        action = chosen_action(request, "end", "end-others", "remove")
        if action == "remove":
            self.access.changes.credentials.remove_totp(identifier(municipality, caller.name))
            self.access.log.record(municipality, caller.who, "second factor removed", now())
        elif action == "end":
            self.access.sessions.end_one_of(municipality, caller.name, request.form.get("session", ""))
            self.access.log.record(municipality, caller.who, "session ended", now())
        else:
            self.access.sessions.end_others_of(municipality, caller.name, caller.session)
            self.access.log.record(municipality, caller.who, "sessions ended", now())
        self.access.clear_caches()
        return see_other(request, f"/{municipality}/mijn-account")

    @page_route("GET", "/<municipality>/mijn-account/app")
    def show_app(self, request: GatewayRequest, municipality: str) -> Response:
        return self._app_page(request, municipality)

    @page_route("POST", "/<municipality>/mijn-account/app")
    def set_up_app(self, request: GatewayRequest, municipality: str) -> Response:
        """Put the second factor in force with a first code, and show the recovery codes."""
        caller = self._require_local(self._caller(request, municipality))
        self._require_confirmed(caller)
        self.access.limits.take_for("login", limit_key(caller, request.remote_addr))
        account = identifier(municipality, caller.name)
        codes = self.access.changes.credentials.confirm_totp(account, request.form.get("code", ""), now())
        if codes is None:
            return self._app_page(request, municipality, wrong=True)
        self.access.sessions.end_others_of(municipality, caller.name, caller.session)
        self.access.clear_caches()
        self.access.log.record(municipality, caller.who, "second factor added", now())
        return self._page("recovery_codes.html", request, municipality, caller, codes=codes)

    def _caller(self, request: GatewayRequest, municipality: str) -> Caller:
        """Return who is logged in at this municipality. Raises Refusal: login-needed, csrf."""
        caller = self.access.authenticate(request)
        if caller.municipality != municipality or caller.by != "session":
            raise Refusal("login-needed")
        return caller

    def _require_local(self, caller: Caller) -> Caller:
        """Raise Refusal: not-found for an account of the identity provider, which has its own second factor."""
        if self._is_from_provider(caller):
            raise Refusal("not-found")
        return caller

    def _require_confirmed(self, caller: Caller) -> None:
        if caller.must_change_password:
            raise Refusal("password-change-needed")
        if not caller.is_confirmed:
            raise Refusal("reauthentication-needed")

    def _is_from_provider(self, caller: Caller) -> bool:
        account = self.access.accounts.get(caller.municipality, caller.name)
        return account is not None and account.from_provider

    def _account_page(self, request: GatewayRequest, municipality: str) -> Response:
        caller = self._caller(request, municipality)
        credentials = self.access.changes.credentials.get(identifier(municipality, caller.name))
        zone = self.catalogue.of(municipality)["municipality"]["time_zone"]
        return self._page(
            "account.html", request, municipality, caller, from_provider=self._is_from_provider(caller),
            has_second_factor=credentials.has_second_factor, codes_left=len(credentials.recovery_codes), zone=zone,
            sessions=self.access.sessions.list_of(municipality, caller.name, now()),
        )  # fmt: skip

    def _app_page(self, request: GatewayRequest, municipality: str, wrong: bool = False) -> Response:
        caller = self._require_local(self._caller(request, municipality))
        self._require_confirmed(caller)
        secret = self.access.changes.credentials.begin_totp(identifier(municipality, caller.name))
        issuer = f"Loket {municipality}"
        drawn = segno.make(provisioning_uri(secret, caller.name, issuer), micro=False, error="m")
        groups = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return self._page(
            "app.html", request, municipality, caller, 422 if wrong else 200, wrong=wrong, secret=groups,
            code=Markup(drawn.svg_inline(border=4, omitsize=True)),
        )  # fmt: skip

    def _password_page(self, request: GatewayRequest, municipality: str, wrong: str) -> Response:
        caller = self._caller(request, municipality)
        return self._page(
            "password.html", request, municipality, caller, 422 if wrong else 200, wrong=wrong,
            shortest=passwords.SHORTEST, longest=passwords.LONGEST,
        )  # fmt: skip

    def _confirmation_page(
        self, request: GatewayRequest, municipality: str, there: str, wrong: bool = False
    ) -> Response:
        caller = self._caller(request, municipality)
        return self._page(
            "confirm_password.html", request, municipality, caller, 401 if wrong else 200, wrong=wrong, there=there,
            from_provider=self._is_from_provider(caller),
        )  # fmt: skip

    def _page(
        self, template: str, request: GatewayRequest, municipality: str, caller: Caller, status: int = 200,
        **shown: Any,
    ) -> Response:  # fmt: skip
        catalogue = localise(request, self.catalogue.of(municipality))
        response = page(template, request, status, **municipality_context(catalogue), caller=caller, **shown)
        response.headers["Cache-Control"] = "no-store"
        return response
