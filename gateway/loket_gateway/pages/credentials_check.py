"""Check a password or a code of a page, within the bounds on wrong ones.

An unknown account costs the same work and the same writes as a wrong password, so that no answer reveals which it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..access import passwords
from ..access.accounts import Account, identifier
from ..http.authentication import Authentication
from ..http.client_address import client_network
from ..http.clock import now
from ..http.request import GatewayRequest


@dataclass(frozen=True)
class CredentialsCheck:
    """An attempt counts before it is checked. `succeeded` forgets it when the user is known for sure."""

    access: Authentication

    def password(self, request: GatewayRequest, municipality: str, name: str, password: str) -> Account | None:
        """Return the account with this password, or None. Raises Refusal: too-many-requests."""
        if not self._take(request, municipality, name):
            return self._refused(request, municipality, "", "too many attempts")
        account = self.access.accounts.get(municipality, name)
        right = passwords.verify_password(account.password if account else None, password)
        if account is None or not right:
            return self._refused(request, municipality, account.name if account else "", "")
        if not account.active:
            return self._refused(request, municipality, account.name, "closed")
        expires = self.access.changes.credentials.get(account.id).first_password_expires
        if account.must_change and expires is not None and expires <= now():
            return self._refused(request, municipality, account.name, "first password expired")
        return account

    def code(self, request: GatewayRequest, municipality: str, name: str, code: str) -> Account | None:
        """Return the account if this is a code of its second factor, or None. Raises Refusal: too-many-requests."""
        if not self._take(request, municipality, name):
            return self._refused(request, municipality, name, "too many attempts")
        account = self.access.accounts.get(municipality, name)
        if account is None or not account.active:
            return self._refused(request, municipality, name, "closed")
        if not self.access.changes.credentials.verify(account.id, code, now()):
            return self._refused(request, municipality, name, "wrong code")
        return account

    def succeeded(self, request: GatewayRequest, account: Account) -> None:
        """Forget the attempts of this browser or client."""
        device = self.access.known_device(request, account.municipality, account.name)
        self.access.changes.throttle.release(account.id, client_network(request.remote_addr), device)
        self.access.accounts.record_success(account, now())

    def _take(self, request: GatewayRequest, municipality: str, name: str) -> bool:
        device = self.access.known_device(request, municipality, name)
        client = client_network(request.remote_addr)
        return self.access.changes.throttle.take(identifier(municipality, name), client, device, now())

    def _refused(self, request: GatewayRequest, municipality: str, name: str, why: str) -> Account | None:
        """Count a failure of the client, and record it, but for a name that is no account: it may be anything."""
        self.access.limits.take("login", request)  # only failures count, so that a right password is never refused
        who = f"account:{name}" if name else ""
        self.access.log.record(municipality, who, "login refused", now(), why or ("" if name else "unknown name"))
        return None
