"""Accounts and API keys of a municipality, and the access log. A password or key is returned once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal, load

from ..access.accounts import Account
from ..access.keys import Key
from ..access.required_permission import needs
from ..access.roles import grants
from ..clients.catalogue_cache import CatalogueCache
from ..http.authentication import Authentication
from ..http.clock import now
from ..http.parsing import json_object, query
from ..http.request import GatewayRequest
from ..http.responses import done, private
from ..http.routing import route
from ..schemas import ChangeAccount, MakeAccount, MakeKey, PageQuery
from . import BASE

CHANGE = needs("access.change")
_make_account, _change_account, _make_key, _page_query = MakeAccount(), ChangeAccount(), MakeKey(), PageQuery()


@dataclass(frozen=True)
class AccessRoutes:
    """For administrators. The access log has every change."""

    access: Authentication
    catalogue: CatalogueCache

    @route("GET", f"{BASE}/accounts", CHANGE)
    def get_accounts(self, request: GatewayRequest, municipality: str) -> Response:
        found = self.access.accounts.list_of(municipality)
        secured = self.access.changes.credentials.with_second_factor([each.id for each in found])
        return private({"accounts": [_account(each, each.id in secured) for each in found]}, request)

    @route("POST", f"{BASE}/accounts", CHANGE)
    def post_accounts(self, request: GatewayRequest, municipality: str) -> Response:
        command = load(_make_account, json_object(request))
        self._require_teams(municipality, command["roles"])
        password = self.access.changes.add(municipality, command["name"], grants(command["roles"]), now())
        if password is None:
            raise Refusal("name-taken", {"name": command["name"]})
        self._note(request, "account made", command["name"])
        return private({**self._described(municipality, command["name"]), "first_password": password}, request, 201)

    @route("PATCH", f"{BASE}/accounts/<name>", CHANGE)
    def patch_account(self, request: GatewayRequest, municipality: str, name: str) -> Response:
        command = load(_change_account, json_object(request))
        self._account(municipality, name)
        changes: dict[str, Any] = {}
        if command["roles"] is not None:
            self._require_teams(municipality, command["roles"])
            changes["grants"] = grants(command["roles"])
        if command["active"] is not None:
            changes["active"] = command["active"]
        if changes:
            self.access.changes.change(municipality, name, **changes)
            self.access.clear_caches()
            self._note(request, "account changed", name)
        return private(self._described(municipality, name), request)

    @route("POST", f"{BASE}/accounts/<name>/password", CHANGE)
    def post_password(self, request: GatewayRequest, municipality: str, name: str) -> Response:
        """Set a new initial password, which also allows attempts again."""
        password = self.access.changes.give_password(municipality, name, now())
        if password is None:
            raise Refusal("account-not-found", {"name": name})
        self.access.clear_caches()
        self._note(request, "password given", name)
        return private({**self._described(municipality, name), "first_password": password}, request)

    @route("DELETE", f"{BASE}/accounts/<name>/second-factor", CHANGE)
    def delete_second_factor(self, request: GatewayRequest, municipality: str, name: str) -> Response:
        """Remove the authenticator app and recovery codes of a user who lost them."""
        if not self.access.changes.remove_second_factor(municipality, name):
            raise Refusal("account-not-found", {"name": name})
        self.access.clear_caches()
        self._note(request, "second factor removed", name)
        return done()

    @route("GET", f"{BASE}/api-keys", CHANGE)
    def get_keys(self, request: GatewayRequest, municipality: str) -> Response:
        return private({"api_keys": [_key(each) for each in self.access.keys.list_of(municipality)]}, request)

    @route("POST", f"{BASE}/api-keys", CHANGE)
    def post_keys(self, request: GatewayRequest, municipality: str) -> Response:
        command = load(_make_key, json_object(request))
        self._require_teams(municipality, command["roles"])
        given, expires = grants(command["roles"]), command["expires"]
        key = self.access.keys.add(municipality, command["name"], given, now(), expires)
        if key is None:
            raise Refusal("name-taken", {"name": command["name"]})
        self._note(request, "key made", command["name"])
        made = {"name": command["name"], "roles": command["roles"], "expires": expires and expires.isoformat()}
        return private({**made, "key": key}, request, 201)

    @route("POST", f"{BASE}/api-keys/<name>/renew", CHANGE)
    def post_renew(self, request: GatewayRequest, municipality: str, name: str) -> Response:
        """Create a new key; the old one stays valid for a day. A key that expires gets another year."""
        key = self.access.keys.renew(municipality, name, now())
        if key is None:
            raise Refusal("account-not-found", {"name": name})
        self.access.clear_caches()
        self._note(request, "key renewed", name)
        return private({"name": name, "key": key}, request)

    @route("DELETE", f"{BASE}/api-keys/<name>", CHANGE)
    def delete_key(self, request: GatewayRequest, municipality: str, name: str) -> Response:
        if not self.access.keys.remove(municipality, name):
            raise Refusal("account-not-found", {"name": name})
        self.access.clear_caches()
        self._note(request, "key removed", name)
        return done()

    @route("GET", f"{BASE}/access-log", needs("audit.read"))
    def get_access_log(self, request: GatewayRequest, municipality: str) -> Response:
        asked = query(request, _page_query)
        entries, cursor = self.access.log.page(municipality, asked["cursor"], asked["limit"])
        return private({"entries": entries, "next": cursor}, request)

    def _account(self, municipality: str, name: str) -> Account:
        found = self.access.accounts.get(municipality, name)
        if found is None:
            raise Refusal("account-not-found", {"name": name})
        return found

    def _described(self, municipality: str, name: str) -> dict[str, Any]:
        account = self._account(municipality, name)
        return _account(account, self.access.changes.credentials.get(account.id).has_second_factor)

    def _require_teams(self, municipality: str, roles: list[str]) -> None:
        known = {team["id"] for team in self.catalogue.of(municipality)["teams"]}
        for index, given in enumerate(grants(roles)):
            if given.team is not None and given.team not in known:
                raise Refusal(
                    "invalid-request", errors=[{"pointer": f"/roles/{index}", "detail": "There is no such team."}]
                )

    def _note(self, request: GatewayRequest, action: str, whom: str) -> None:
        self.access.log.record(request.caller.municipality, request.caller.who, action, now(), whom)


def _account(known: Account, has_second_factor: bool) -> dict[str, Any]:
    return {
        "name": known.name,
        "roles": [str(each) for each in known.grants],
        "active": known.active,
        "locked_until": known.locked_until and known.locked_until.isoformat(),
        "last_login": known.last_login and known.last_login.isoformat(),
        "from_provider": known.from_provider,
        "second_factor": has_second_factor,
    }


def _key(known: Key) -> dict[str, Any]:
    return {
        "name": known.name,
        "roles": [str(each) for each in known.grants],
        "made_at": known.made_at.isoformat(),
        "used_on": known.used_on,
        "expires": known.expires and known.expires.isoformat(),
    }
