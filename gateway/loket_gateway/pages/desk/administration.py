"""Administration: configuration with a preview of changes, accounts, keys and logs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema
from werkzeug.wrappers import Response

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal, load
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification import Notification

from ...access.required_permission import needs
from ...access.roles import HUMAN_ROLES, grants
from ...clients.catalogue_cache import CatalogueCache
from ...http.authentication import Authentication
from ...http.clock import now
from ...http.request import GatewayRequest
from ...i18n import language
from ...schemas import MakeAccount, MakeKey
from .. import words
from ..action import chosen_action
from ..render import parse_number, see_other
from .frame import desk_page, form_idempotency_key, version_of
from .refusals import desk_route, sentence

ACCESS, AUDIT = needs("access.change"), needs("audit.read")
SEE, CHANGE = needs("configuration.read"), needs("configuration.change")
LISTED = 100
#: roles to choose from, in the order of the forms
ACCOUNT_ROLES = HUMAN_ROLES
KEY_ROLES = ("portal", "kiosk", "agent", "lead", "admin")
_make_account, _make_key = MakeAccount(), MakeKey()


@dataclass(frozen=True)
class AdministrationPages:
    """A password or key is shown once, in the response to the request that created it."""

    booking: Booking
    slow_booking: Booking
    notification: Notification
    access: Authentication
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/beheer", AUDIT)
    def run(self, request: GatewayRequest, municipality: str) -> Response:
        return desk_page(
            "run.html", request, self.catalogue, municipality, at="run",
            version=self.catalogue.of(municipality)["version"],
            failures=self.notification.failures(municipality, 24),
        )  # fmt: skip

    @desk_route("GET", "/<municipality>/balie/beheer/instellingen", SEE)
    def configuration(self, request: GatewayRequest, municipality: str) -> Response:
        stored = self.booking.configuration(municipality)
        return self._configuration(request, municipality, stored["text"], stored["version"])

    @desk_route("POST", "/<municipality>/balie/beheer/instellingen", CHANGE)
    def change_configuration(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: preview, apply, or apply with confirmed removals."""
        text = request.form.get("text", "").replace("\r\n", "\n")
        version = version_of(request) or self.catalogue.of(municipality)["version"]
        try:
            compared = self.slow_booking.compare_configuration(text, municipality)
            action = request.form.get("action")
            if action not in ("take", "confirm"):
                return self._configuration(request, municipality, text, version, compared=compared)
            taken = self.slow_booking.configure(
                text,
                request.caller.as_staff("configuration.change"),
                municipality,
                confirmed=action == "confirm",
                idempotency_key=form_idempotency_key(request),
                follows=version,
            )
        except Refusal as refusal:
            if refusal.code in ("removal-not-confirmed", "settings-changed"):  # since the preview
                said = sentence(refusal, request) if refusal.code == "settings-changed" else ""
                version = self.booking.configuration(municipality)["version"]
                return self._configuration(request, municipality, text, version, compared=compared, error=said)
            if refusal.code != "invalid-configuration":
                raise
            return self._configuration(
                request, municipality, text, version, errors=language.details(refusal.errors, language.of(request))
            )
        self.catalogue.expire()
        return see_other(
            request, f"/{municipality}/balie/beheer/instellingen", version=str(taken["version"]),
            conflicts=str(len(taken["clashes"])),
        )  # fmt: skip

    @desk_route("GET", "/<municipality>/balie/beheer/accounts", ACCESS)
    def show_accounts(self, request: GatewayRequest, municipality: str) -> Response:
        return self._accounts(request, municipality)

    @desk_route("POST", "/<municipality>/balie/beheer/accounts", ACCESS)
    def change_accounts(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: make, password, second-factor, open or close."""
        action = chosen_action(request, "make", "password", "second-factor", "open", "close")
        name = request.form.get("name", "").strip().lower()
        if action == "make":
            return self._make_account(request, municipality, name)
        if action == "password":
            password = self.access.changes.give_password(municipality, name, now())
            if password is None:
                raise Refusal("account-not-found", {"name": name})
            self._noted(request, "password given", name)
            return self._accounts(request, municipality, made=(name, password))
        if action == "second-factor":
            if not self.access.changes.remove_second_factor(municipality, name):
                raise Refusal("account-not-found", {"name": name})
            self._noted(request, "second factor removed", name)
            return see_other(request, f"/{municipality}/balie/beheer/accounts")
        if name == request.caller.name:  # an administrator could lock themselves out
            raise Refusal("invalid-request", errors=[{"pointer": "/name", "detail": "This is your own account."}])
        if not self.access.changes.change(municipality, name, active=action == "open"):
            raise Refusal("account-not-found", {"name": name})
        self._noted(request, "account changed", name)
        return see_other(request, f"/{municipality}/balie/beheer/accounts")

    @desk_route("GET", "/<municipality>/balie/beheer/sleutels", ACCESS)
    def show_keys(self, request: GatewayRequest, municipality: str) -> Response:
        return self._keys(request, municipality)

    @desk_route("POST", "/<municipality>/balie/beheer/sleutels", ACCESS)
    def change_keys(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: make or remove."""
        name = request.form.get("name", "").strip().lower()
        if chosen_action(request, "make", "remove") == "remove":
            if not self.access.keys.remove(municipality, name):
                raise Refusal("account-not-found", {"name": name})
            self._noted(request, "key removed", name)
            return see_other(request, f"/{municipality}/balie/beheer/sleutels")
        try:
            given = self._name_and_role(_make_key, request, name)
        except Refusal as refusal:
            return self._keys(request, municipality, wrong=_first_detail(refusal, request))
        days = parse_number(request.form.get("days"), 0, digits=4)
        expires = now() + dt.timedelta(days=days) if days else None
        key = self.access.keys.add(municipality, given["name"], grants(given["roles"]), now(), expires)
        if key is None:
            return self._keys(request, municipality, wrong=_said_by("name-taken", request))
        self._noted(request, "key made", name)
        return self._keys(request, municipality, made=(name, key))

    @desk_route("GET", "/<municipality>/balie/beheer/logboek", AUDIT)
    def logbook(self, request: GatewayRequest, municipality: str) -> Response:
        about_access = bool(request.args.get("access"))
        cursor = request.args.get("cursor") or None
        entries: Sequence[Mapping[str, object]]
        if about_access:
            entries, following = self.access.log.page(municipality, cursor, LISTED)
        else:
            found = self.booking.audit(municipality, None, LISTED, cursor)
            entries, following = found["entries"], found["next"]
        return desk_page(
            "log.html", request, self.catalogue, municipality, at="run",
            entries=entries, following=following, about_access=about_access,
        )  # fmt: skip

    def _make_account(self, request: GatewayRequest, municipality: str, name: str) -> Response:
        try:
            given = self._name_and_role(_make_account, request, name)
        except Refusal as refusal:
            return self._accounts(request, municipality, wrong=_first_detail(refusal, request))
        password = self.access.changes.add(municipality, name, grants(given["roles"]), now())
        if password is None:
            return self._accounts(request, municipality, wrong=_said_by("name-taken", request))
        self._noted(request, "account made", name)
        return self._accounts(request, municipality, made=(name, password))

    def _name_and_role(self, schema: Schema, request: GatewayRequest, name: str) -> dict[str, Any]:
        """Return name and role as the API validates them. Raises Refusal: invalid-request."""
        role = f"{request.form.get('role', '')}/{request.form.get('team', '')}".rstrip("/")
        return load(schema, {"name": name, "roles": [role]})

    def _noted(self, request: GatewayRequest, action: str, whom: str) -> None:
        self.access.clear_caches()
        self.access.log.record(request.caller.municipality, request.caller.who, action, now(), whom)

    def _configuration(
        self, request: GatewayRequest, municipality: str, text: str, version: int, **shown: Any
    ) -> Response:
        usual: dict[str, Any] = {"compared": None, "errors": (), "names": {}, "done": request.args.to_dict()}
        status = 422 if shown.get("errors") else 200
        return desk_page(
            "configuration.html", request, self.catalogue, municipality, status, at="run", text=text, version=version,
            **{**usual, **shown},
        )  # fmt: skip

    def _accounts(self, request: GatewayRequest, municipality: str, **shown: Any) -> Response:
        accounts = self.access.accounts.list_of(municipality)
        secured = self.access.changes.credentials.with_second_factor([each.id for each in accounts])
        return self._access_page(
            "accounts.html", request, municipality, ACCOUNT_ROLES, accounts=accounts, secured=secured, **shown
        )

    def _keys(self, request: GatewayRequest, municipality: str, **shown: Any) -> Response:
        keys = self.access.keys.list_of(municipality)
        return self._access_page("keys.html", request, municipality, KEY_ROLES, keys=keys, now=now(), **shown)

    def _access_page(
        self, template: str, request: GatewayRequest, municipality: str, roles: tuple[str, ...],
        made: tuple[str, str] | None = None, wrong: str = "", **shown: Any,
    ) -> Response:  # fmt: skip
        """Render accounts or keys. `made`: the name of a new one and its secret. `wrong`: why none was made."""
        lang = language.of(request)
        return desk_page(
            template, request, self.catalogue, municipality, 422 if wrong else 200, at="run", made=made, wrong=wrong,
            roles=[(role, words.said(words.ROLES, role, lang)) for role in roles], **shown,
        )  # fmt: skip


def _first_detail(refusal: Refusal, request: GatewayRequest) -> str:
    if refusal.code != "invalid-request":
        raise refusal
    return language.detail(refusal.errors[0]["detail"], language.of(request))


def _said_by(code: str, request: GatewayRequest) -> str:
    return language.translate(ERRORS[code].title, language.of(request))
