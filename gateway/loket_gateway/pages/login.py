"""Login and logout, with a password or the identity provider of the municipality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal

from ..access import passwords
from ..access.accounts import Account
from ..access.provider import LONGEST_LOGIN, LoginFailed, Provider
from ..access.roles import Caller
from ..clients.catalogue_cache import CatalogueCache
from ..http.authentication import Authentication
from ..http.client_address import limit_key
from ..http.clock import now
from ..http.request import GatewayRequest
from .page_route import page_route
from .render import localise, municipality_context, page, see_other

#: first page after a login, with and without permission to see the day
HOME, HOME_OF_OTHERS = "balie", "cijfers"
#: suffix of the name of the cookie of a pending login
LOGIN = "-login"

log = structlog.get_logger()


@dataclass(frozen=True)
class LoginPages:
    """A failed login never reveals what was wrong."""

    access: Authentication
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/aanmelden")
    def show_login(self, request: GatewayRequest, municipality: str) -> Response:
        if self.access.session_caller(request).municipality == municipality:
            return see_other(request, _place(request.args.get("next"), municipality))
        return self._login_page(request, municipality, request.args.get("next", ""))

    @page_route("GET", "/<municipality>/aanmelden/provider")
    def login_elsewhere(self, request: GatewayRequest, municipality: str) -> Response:
        """Redirect to the identity provider, which redirects back to `back`."""
        self.catalogue.of(municipality)
        self.access.limits.take("login", request)
        try:
            url, state = self._provider.begin(municipality, _place(request.args.get("next"), municipality), now())
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
        given = person.grants.get(municipality)
        if not given:
            self.access.log.record(municipality, person.name, "login refused", now(), "no role")
            raise Refusal("forbidden", {"permission": f"a role in {municipality}"})
        account = self.access.accounts.upsert_from_provider(municipality, person.name, given, now(), person.former_name)
        if not account.active:
            self.access.log.record(municipality, person.name, "login refused", now(), "closed")
            raise Refusal("login-refused")
        self.access.clear_caches()
        return self._enter(request, account, there)

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
        name, password = request.form.get("name", "").strip().lower(), request.form.get("password", "")
        account = self._who(municipality, name, password)
        if account is None:
            self.access.limits.take("login", request)  # only failures count, so that a right password is never refused
            return self._login_page(request, municipality, request.form.get("next", ""), name=name, refused=True)
        there = _place(request.form.get("next"), municipality)
        return self._enter(request, account, f"/{municipality}/wachtwoord" if account.must_change else there)

    @page_route("POST", "/<municipality>/afmelden")
    def logout(self, request: GatewayRequest, municipality: str) -> Response:
        caller = self.access.authenticate(request)
        self.access.end_session(request)
        if caller.is_known:
            self.access.log.record(caller.municipality, caller.name, "logged out", now())
        response = see_other(request, f"/{municipality}/aanmelden")
        response.delete_cookie(self.access.cookie_name, secure=self.access.is_https, httponly=True)
        return response

    @page_route("GET", "/<municipality>/wachtwoord")
    def show_password(self, request: GatewayRequest, municipality: str) -> Response:
        return self._password_page(request, municipality, "")

    @page_route("POST", "/<municipality>/wachtwoord")
    def change_password(self, request: GatewayRequest, municipality: str) -> Response:
        caller = self.access.authenticate(request)
        if caller.municipality != municipality or caller.by != "session":
            raise Refusal("login-needed")
        self.access.limits.take_for("login", limit_key(caller, request.remote_addr))
        old, new, again = (request.form.get(each, "") for each in ("old", "new", "again"))
        if not passwords.SHORTEST <= len(new) <= passwords.LONGEST:
            return self._password_page(request, municipality, "short")
        if new != again:
            return self._password_page(request, municipality, "unlike")
        if new == old:
            return self._password_page(request, municipality, "same")
        account = self._who(municipality, caller.name, old)
        if account is None:
            return self._password_page(request, municipality, "wrong")
        self.access.accounts.set_password(municipality, caller.name, passwords.hash_password(new), must_change=False)
        self.access.sessions.end_all_of(municipality, caller.name)
        self.access.clear_caches()
        self.access.log.record(municipality, caller.name, "password changed", now())
        return self._enter(request, account, _place(None, municipality))

    def _who(self, municipality: str, name: str, password: str) -> Account | None:
        """Return the account of a password, or None. It takes as long when there is no such account."""
        moment = now()
        account = self.access.accounts.get(municipality, name)
        closed = account is not None and account.locked_until is not None and account.locked_until > moment
        right = passwords.verify_password(account.password if account else None, password[: passwords.LONGEST])
        if account is None:
            return None
        if not right or closed or not account.active:
            if not right and not closed:
                self.access.accounts.record_failure(account, moment)
            self.access.log.record(municipality, account.name, "login refused", moment, "closed" if closed else "")
            return None
        self.access.accounts.record_success(account, moment)
        return account

    def _enter(self, request: GatewayRequest, account: Account, place: str) -> Response:
        secret = self.access.sessions.begin(account.municipality, account.name, now())
        self.access.log.record(account.municipality, account.name, "logged in", now())
        caller = Caller(account.name, account.municipality, account.grants)
        if place == f"/{account.municipality}/{HOME}" and not caller.may("agenda.read", account.municipality):
            place = f"/{account.municipality}/{HOME_OF_OTHERS}"
        response = see_other(request, place)
        self.access.set_cookie(response, secret)
        return response

    def _login_page(self, request: GatewayRequest, municipality: str, there: str, **shown: Any) -> Response:
        catalogue = localise(request, self.catalogue.of(municipality))
        given = {"name": "", "refused": False, **shown}
        given |= {"by_password": self.access.password_login, "by_provider": self.access.provider.is_set}
        return page(
            "login.html",
            request,
            401 if given["refused"] else 200,
            **municipality_context(catalogue),
            there=there,
            **given,
        )

    def _password_page(self, request: GatewayRequest, municipality: str, wrong: str) -> Response:
        caller = self.access.session_caller(request)
        if caller.municipality != municipality or caller.by != "session":
            raise Refusal("login-needed")
        catalogue = localise(request, self.catalogue.of(municipality))
        return page(
            "password.html", request, 422 if wrong else 200, **municipality_context(catalogue), caller=caller,
            wrong=wrong, shortest=passwords.SHORTEST,
        )  # fmt: skip


def _place(asked: str | None, municipality: str) -> str:
    """Return the page to continue at, which is always one of this municipality."""
    if asked and asked.startswith(f"/{municipality}/") and "\\" not in asked and "//" not in asked:
        return asked
    return f"/{municipality}/{HOME}"
