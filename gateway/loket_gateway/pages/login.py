"""Login and logout, with a password and a second factor, or with the identity provider of the municipality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal

from ..access.accounts import Account
from ..access.pending_logins import LASTS, PendingLogin
from ..access.provider import LONGEST_LOGIN, LoginFailed, Provider
from ..access.roles import Caller
from ..clients.catalogue_cache import CatalogueCache
from ..http.authentication import Authentication
from ..http.clock import now
from ..http.request import GatewayRequest
from .credentials_check import CredentialsCheck
from .page_route import page_route
from .render import localise, municipality_context, page, see_other

#: first page after a login, with and without permission to see the day
HOME, HOME_OF_OTHERS = "balie", "cijfers"
#: suffixes of the names of the cookies of a pending login: at the provider, and without its code
LOGIN, CODE = "-login", "-code"

log = structlog.get_logger()


@dataclass(frozen=True)
class LoginPages:
    """A failed login never reveals what was wrong."""

    access: Authentication
    catalogue: CatalogueCache
    check: CredentialsCheck

    @page_route("GET", "/<municipality>/aanmelden")
    def show_login(self, request: GatewayRequest, municipality: str) -> Response:
        if self.access.session_caller(request).municipality == municipality:
            return see_other(request, place_of(request.args.get("next"), municipality))
        return self._login_page(request, municipality, request.args.get("next", ""))

    @page_route("GET", "/<municipality>/aanmelden/provider")
    def login_elsewhere(self, request: GatewayRequest, municipality: str) -> Response:
        """Redirect to the identity provider, which redirects back to `back`. `again`: it asks who it is once more."""
        self.catalogue.of(municipality)
        self.access.limits.take("login", request)
        there = place_of(request.args.get("next"), municipality)
        try:
            url, state = self._provider.begin(municipality, there, now(), again="again" in request.args)
        except LoginFailed as error:
            log.warning("the identity provider is unavailable", error=str(error))
            raise Refusal("service-unavailable") from error
        response = redirect(url, 303)
        self.access.set_cookie(response, state, LOGIN, LONGEST_LOGIN)
        return response

    @page_route("GET", "/aanmelden/terug")
    def back(self, request: GatewayRequest) -> Response:
        """Finish a login. It needs the cookie of the browser that began it (login CSRF)."""
        provider = self._provider
        state = request.cookies.get(self.access.cookie_name + LOGIN, "")
        address = f"{provider.redirect_uri}?{request.query_string.decode('ascii', 'replace')}"
        try:
            municipality, there, person = provider.finish(address, state, now())
        except LoginFailed as error:
            log.warning("a login with the identity provider failed", error=str(error))
            raise Refusal("login-refused") from error
        given, who = person.grants.get(municipality), f"account:{person.name}"
        if not given:
            self.access.log.record(municipality, who, "login refused", now(), "no role")
            raise Refusal("forbidden", {"permission": f"a role in {municipality}"})
        account = self.access.accounts.upsert_from_provider(municipality, person.name, given, now(), person.former_name)
        if not account.active:
            self.access.log.record(municipality, who, "login refused", now(), "closed")
            raise Refusal("login-refused")
        return enter(self.access, request, account, there, "identity provider")

    @property
    def _provider(self) -> Provider:
        if not self.access.provider.is_set:
            raise Refusal("not-found")
        return self.access.provider

    @page_route("POST", "/<municipality>/aanmelden")
    def login(self, request: GatewayRequest, municipality: str) -> Response:
        if not self.access.password_login:
            raise Refusal("login-refused")
        self.access.require_own_page(request)
        self.catalogue.of(municipality)
        name, password = request.form.get("name", "").strip().lower(), request.form.get("password", "")
        account = self.check.password(request, municipality, name, password)
        there = place_of(request.form.get("next"), municipality)
        if account is None:
            return self._login_page(request, municipality, request.form.get("next", ""), name=name, refused=True)
        if self.access.changes.credentials.get(account.id).has_second_factor:
            secret = self.access.pending_logins.begin(municipality, name, there, now())
            response = see_other(request, f"/{municipality}/aanmelden/code")
            self.access.set_cookie(response, secret, CODE, LASTS)
            return response
        return self._enter_with_password(request, account, there, "password")

    @page_route("GET", "/<municipality>/aanmelden/code")
    def show_code(self, request: GatewayRequest, municipality: str) -> Response:
        if self._pending(request, municipality) is None:
            return see_other(request, f"/{municipality}/aanmelden")
        return self._code_page(request, municipality)

    @page_route("POST", "/<municipality>/aanmelden/code")
    def give_code(self, request: GatewayRequest, municipality: str) -> Response:
        """Finish a login with a code of the authenticator app, or a recovery code."""
        self.access.require_own_page(request)
        pending = self._pending(request, municipality)
        if pending is None:
            return see_other(request, f"/{municipality}/aanmelden")
        account = self.check.code(request, municipality, pending.name, request.form.get("code", ""))
        if account is None:
            return self._code_page(request, municipality, wrong=True)
        if not self.access.pending_logins.end(pending):
            return see_other(request, f"/{municipality}/aanmelden")
        response = self._enter_with_password(request, account, pending.there, "password and code")
        response.delete_cookie(self.access.cookie_name + CODE, secure=self.access.is_https, httponly=True)
        return response

    @page_route("POST", "/<municipality>/afmelden")
    def logout(self, request: GatewayRequest, municipality: str) -> Response:
        """End the session, and then the one at the identity provider, if it offers that."""
        caller = self.access.authenticate(request)
        self.access.end_session(request)
        place = None
        if caller.is_known:
            self.access.log.record(caller.municipality, caller.who, "logged out", now())
            account = self.access.accounts.get(caller.municipality, caller.name)
            if account is not None and account.from_provider and self.access.provider.is_set:
                place = self.access.provider.logout_address()
        response = redirect(place, 303) if place else see_other(request, f"/{municipality}/aanmelden")
        response.delete_cookie(self.access.cookie_name, secure=self.access.is_https, httponly=True)
        # pages are never stored, but the browser may have one in memory to go back to
        response.headers["Clear-Site-Data"] = '"cache"'
        return response

    def _pending(self, request: GatewayRequest, municipality: str) -> PendingLogin | None:
        secret = request.cookies.get(self.access.cookie_name + CODE, "")
        return self.access.pending_logins.find(secret, municipality, now()) if secret else None

    def _enter_with_password(self, request: GatewayRequest, account: Account, there: str, factors: str) -> Response:
        self.check.succeeded(request, account)
        place = f"/{account.municipality}/wachtwoord" if account.must_change else there
        response = enter(self.access, request, account, place, factors)
        self.access.remember_device(request, response, account)
        return response

    def _login_page(self, request: GatewayRequest, municipality: str, there: str, **shown: Any) -> Response:
        given = {"name": "", "refused": False, **shown}
        given |= {"by_password": self.access.password_login, "by_provider": self.access.provider.is_set}
        return self._page("login.html", request, municipality, 401 if given["refused"] else 200, there=there, **given)

    def _code_page(self, request: GatewayRequest, municipality: str, wrong: bool = False) -> Response:
        return self._page("login_code.html", request, municipality, 401 if wrong else 200, wrong=wrong)

    def _page(self, template: str, request: GatewayRequest, municipality: str, status: int, **shown: Any) -> Response:
        catalogue = localise(request, self.catalogue.of(municipality))
        return page(template, request, status, **municipality_context(catalogue), **shown)


def enter(access: Authentication, request: GatewayRequest, account: Account, place: str, factors: str) -> Response:
    """Start a session, which replaces the one of this browser, and redirect. `factors`: for the access log."""
    access.end_session(request)
    secret = access.sessions.begin(account.municipality, account.name, now())
    caller = Caller(account.name, account.municipality, account.grants, by="session")
    access.log.record(account.municipality, caller.who, "logged in", now(), factors)
    access.clear_caches()
    if place == f"/{account.municipality}/{HOME}" and not caller.may("agenda.read", account.municipality):
        place = f"/{account.municipality}/{HOME_OF_OTHERS}"
    response = see_other(request, place)
    access.set_cookie(response, secret)
    return response


def place_of(asked: str | None, municipality: str) -> str:
    """Return the page to continue at, which is always one of this municipality."""
    if asked and asked.startswith(f"/{municipality}/") and "\\" not in asked and "//" not in asked:
        return asked
    return f"/{municipality}/{HOME}"
