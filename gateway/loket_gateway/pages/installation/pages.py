"""The page of the installation: its municipalities, and the assistant that creates one."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.fields import IDENTIFIER, WEEKDAYS
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.caller import Caller

from ...access.roles import grants
from ...access.sessions import Session
from ...clients.catalogue_cache import CatalogueCache
from ...http.authentication import CSRF_FIELD, Authentication
from ...http.client_address import client_network
from ...http.clock import now
from ...http.request import GatewayRequest
from ...i18n import language
from ..desk.forms.fields import RowAction, read_all
from ..page_route import page_route
from ..render import localise, page, see_other
from . import first_configuration as first

#: suffix of the name of the cookie; who has the key is no account of any municipality
COOKIE, WHO = "-installation", "installation"
#: words in addresses that no municipality can have as its own
RESERVED = frozenset({"api", "docs", "installatie", "problems", "static", "aanmelden"})


@dataclass(frozen=True)
class InstallationPages:
    """Who has INSTALLATION_KEY creates municipalities and their first accounts, and sees no data of any of them."""

    booking: Booking
    slow_booking: Booking
    access: Authentication
    catalogue: CatalogueCache

    @page_route("GET", "/installatie")
    def installation(self, request: GatewayRequest) -> Response:
        session = self._session(request)
        if session is None:
            return self._render(request, "login.html", wrong={})
        self.catalogue.expire()
        known = localise(request, self.catalogue.municipalities())
        without = [each["id"] for each in known if not self.access.accounts.list_of(each["id"])]
        return self._render(request, "installation.html", session, municipalities=known, without=without, made=None)

    @page_route("POST", "/installatie/aanmelden")
    def enter(self, request: GatewayRequest) -> Response:
        """Check the key. Raises Refusal: not-found without a key in the settings, too-many-requests."""
        key = self._key()
        self.access.require_own_page(request)
        if not hmac.compare_digest(request.form.get("key", "").encode(), key.encode()):
            self.access.limits.take_for("wrong", client_network(request.remote_addr))
            said = language.translate("This is not the key.", language.of(request))
            return self._render(request, "login.html", wrong={"key": said})
        response = see_other(request, "/installatie")
        self.access.set_cookie(response, self.access.sessions.begin("", WHO, now()), COOKIE)
        return response

    @page_route("GET", "/installatie/nieuw")
    def new_municipality(self, request: GatewayRequest) -> Response:
        if (session := self._session(request)) is None:
            return see_other(request, "/installatie")
        return self._form(request, session, first.first_values(language.of(request)))

    @page_route("POST", "/installatie/nieuw")
    def create_municipality(self, request: GatewayRequest) -> Response:
        """Do what the button says: change the rows of the form, preview, or create."""
        session = self._require_session(request)
        action = request.form.get("action", "look")
        row_action = RowAction.of(action)
        values = read_all(first.FIELDS, request.form, row_action)
        if row_action is not None:
            return self._form(request, session, values)
        text, municipality = first.configuration_of(values), first.identifier_of(values)
        try:
            self._check(values)
            self.slow_booking.compare_configuration(text, municipality)
            if action != "take":
                return self._form(request, session, values, preview=text)
            caller = Caller.staff(WHO, None)
            self.slow_booking.configure(text, caller, municipality, follows=0)
        except Refusal as refusal:
            if refusal.code == "settings-changed":
                refusal = _taken()
            if refusal.code not in ("invalid-configuration", "invalid-request"):
                raise
            errors = language.details(refusal.errors, language.of(request))
            return self._form(request, session, values, errors=errors)
        return self._created(request, session, municipality, values["account"])

    @page_route("POST", "/installatie/account")
    def first_account(self, request: GatewayRequest) -> Response:
        """Make the first account of a municipality without any."""
        session, municipality = self._require_session(request), request.form.get("municipality", "")
        self.catalogue.of(municipality)  # raises for an unknown one
        if self.access.accounts.list_of(municipality):
            raise Refusal("name-taken")
        return self._created(request, session, municipality, "beheer")

    def _check(self, values: Mapping[str, Any]) -> None:
        """Raises Refusal: invalid-request for what only the gateway knows."""
        municipality, account, wrong = first.identifier_of(values), values.get("account", ""), []
        if municipality in RESERVED:
            wrong.append({"pointer": "/id", "detail": "This word is in use. Choose another one."})
        self.catalogue.expire()
        if municipality in {each["id"] for each in self.catalogue.municipalities()}:
            wrong += _taken().errors
        if not IDENTIFIER.regex.match(account) or len(account) > 64:
            wrong.append({"pointer": "/account", "detail": IDENTIFIER.error})
        if not any(first.topics_of(values)):
            wrong.append({"pointer": "/environment", "detail": "Choose one topic or more."})
        wrong += [
            {"pointer": f"/{name}", "detail": "Choose one or more."}
            for name in ("people", "hours")
            if not values.get(name)
        ]
        if wrong:
            raise Refusal("invalid-request", errors=wrong)

    def _created(self, request: GatewayRequest, session: Session, municipality: str, account: str) -> Response:
        password = self.access.changes.add(municipality, account, grants(["admin"]), now())
        if password is not None:
            self.access.log.record(municipality, WHO, "account made", now(), account)
        self.catalogue.expire()
        known = localise(request, self.catalogue.municipalities())
        made = {"municipality": municipality, "account": account, "password": password}
        return self._render(request, "installation.html", session, municipalities=known, without=(), made=made)

    def _key(self) -> str:
        """Raises Refusal: not-found when there is none."""
        key = str(self.access.container.config["settings"].installation_key)
        if not key:
            raise Refusal("not-found")
        return key

    def _session(self, request: GatewayRequest) -> Session | None:
        self._key()
        secret = request.cookies.get(self.access.cookie_name + COOKIE)
        found = self.access.sessions.find(secret, now()) if secret else None
        return found if found is not None and (found.municipality, found.name) == ("", WHO) else None

    def _require_session(self, request: GatewayRequest) -> Session:
        """Raises Refusal: login-needed, csrf."""
        session = self._session(request)
        if session is None:
            raise Refusal("login-needed")
        if not hmac.compare_digest(request.form.get(CSRF_FIELD, "").encode(), session.csrf_token.encode()):
            raise Refusal("csrf")
        return session

    def _form(
        self, request: GatewayRequest, session: Session, values: Mapping[str, Any],
        *, errors: Iterable[Mapping[str, str]] = (), preview: str = "",
    ) -> Response:  # fmt: skip
        lang = language.of(request)
        wrong: dict[str, str] = {}
        labels: dict[str, str] = {}
        for error in errors:
            place, label = first.field_of(error["pointer"].strip("/").split("/"))
            wrong.setdefault(place, error["detail"])
            labels[place] = language.translate(label, lang)
        countries = [(code, language.country_name(code, lang)) for code in first.TIME_ZONES]
        choices = {
            **first.choices_of(lang), "countries": countries,
            "weekdays": list(zip(WEEKDAYS, language.weekdays(lang), strict=True)),
        }  # fmt: skip
        return self._render(
            request, "new_municipality.html", session, groups=first.GROUPS, values=values, choices=choices,
            wrong=wrong, labels=labels, preview=preview, topics=localise(request, list(first.topics_of(values))),
            identifier=first.identifier_of(values), spoken=[lang], address=request.path,
        )  # fmt: skip

    def _render(self, request: GatewayRequest, template: str, session: Session | None = None, **shown: Any) -> Response:
        self._key()
        field = Markup('<input type="hidden" name="{}" value="{}">')
        csrf = field.format(CSRF_FIELD, session.csrf_token) if session else Markup()
        status = 422 if shown.get("wrong") else 200
        return page(f"installation/{template}", request, status, csrf=csrf, **shown)


def _taken() -> Refusal:
    detail = "There is a municipality with this word already. Choose another one."
    return Refusal("invalid-request", errors=[{"pointer": "/id", "detail": detail}])
