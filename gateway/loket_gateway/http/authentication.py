"""Authentication of requests, by a session cookie or an API key. Failed attempts count towards a limit."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

import pymongo
from nameko.extensions import DependencyProvider, SharedExtension
from pymongo.errors import PyMongoError
from werkzeug.wrappers import Request, Response

from loket_chassis.messaging.rpc import Unavailable
from loket_chassis.runtime.tokens import hash_of
from loket_chassis.runtime.ttl_cache import TtlCache
from loket_chassis.storage.connection import LONGEST_LOOKUP, MongoConnection
from loket_contracts.errors import Refusal

from ..access.account_changes import AccountChanges
from ..access.accounts import Account, Accounts, identifier
from ..access.audit import AccessLog
from ..access.keys import PREFIX, Key, Keys
from ..access.known_devices import KNOWN_FOR, KnownDevices, new_secret
from ..access.pending_logins import PendingLogins
from ..access.provider import Provider
from ..access.roles import ANONYMOUS, Caller
from ..access.sessions import Session, Sessions
from .client_address import client_network
from .clock import now
from .rate_limit import Limits

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
#: suffix of the name of the cookie of a kiosk or display, and of a browser in which a user has logged in
DEVICE, KNOWN_BROWSER = "-device", "-known"
#: seconds for which a wrong key, or a missing permission, is in the log of access once
NOTED_EVERY = 3600.0

#: seconds for which keys and sessions are cached: a revocation by another gateway takes effect after this long
KNOWN_TTL = 5.0

T = TypeVar("T")


class Authentication(SharedExtension):
    """Turns a request into a Caller. Owns the stores of accounts, sessions, keys and logins."""

    connection = MongoConnection()
    limits = Limits()

    @cached_property
    def changes(self) -> AccountChanges:
        return AccountChanges(self.connection.database)

    @property
    def accounts(self) -> Accounts:
        return self.changes.accounts

    @property
    def sessions(self) -> Sessions:
        return self.changes.sessions

    @property
    def devices(self) -> KnownDevices:
        return self.changes.devices

    @cached_property
    def pending_logins(self) -> PendingLogins:
        return PendingLogins(self.connection.database)

    @cached_property
    def keys(self) -> Keys:
        return Keys(self.connection.database)

    @cached_property
    def provider(self) -> Provider:
        return Provider(self.connection.database, self.container.config["settings"])

    @cached_property
    def log(self) -> AccessLog:
        return AccessLog(self.connection.database)

    def setup(self) -> None:
        self._known_keys: TtlCache[str, Key | None] = TtlCache(KNOWN_TTL)
        self._known_sessions: TtlCache[str, Caller | None] = TtlCache(KNOWN_TTL)
        self._noted_keys: TtlCache[tuple[str, str], None] = TtlCache(NOTED_EVERY)
        self._noted_refusals: TtlCache[tuple[str, ...], None] = TtlCache(NOTED_EVERY)

    def start(self) -> None:
        for store in (self.changes, self.keys, self.provider, self.pending_logins, self.log):
            store.create_indexes()

    @property
    def cookie_name(self) -> str:
        """The name of the session cookie. __Host- binds it to this host and https (RFC 6265bis, 4.1.3.2)."""
        return "__Host-loket" if self.is_https else "loket"

    @property
    def is_https(self) -> bool:
        return str(self.container.config["settings"].public_url).startswith("https:")

    def authenticate(self, request: Request) -> Caller:
        """Return the caller of a request. The token of a resident is not checked here: booking stores those.

        Raises Refusal: login-needed for an invalid key, csrf for a form of another site; Unavailable when the database
        cannot be reached.
        """
        given = request.authorization
        if given is not None and given.type == "bearer" and (given.token or "").startswith(PREFIX):
            return self.authenticate_key(request, given.token or "")
        caller = self.session_caller(request)
        if caller.is_known and request.method not in SAFE:
            sent = request.headers.get(CSRF_HEADER) or request.form.get(CSRF_FIELD, "")
            if not hmac.compare_digest(sent.encode(), caller.csrf_token.encode()):
                raise Refusal("csrf")
        return caller

    def authenticate_key(self, request: Request, text: str) -> Caller:
        """Return the caller that a key belongs to. A valid key is accepted after any number of invalid ones.

        Raises Refusal: login-needed for an invalid key, too-many-requests for too many of them; Unavailable.
        """
        key = self._query(lambda: self._known_keys.get(hash_of(text), lambda: self.keys.find(text, now())))
        if key is None:
            known = self._query(lambda: self.keys.with_id_in(text))
            self.limits.take_for("wrong", f"key {known.id}" if known else client_network(request.remote_addr))
            self._note_wrong_key(request, known)
            raise Refusal("login-needed")
        return Caller(key.name, key.municipality, key.grants, by="key")

    def session_caller(self, request: Request) -> Caller:
        """Return who is logged in at this browser, without checking the CSRF token. Raises Unavailable."""
        secret = request.cookies.get(self.cookie_name)
        if not secret:
            return ANONYMOUS
        return (
            self._query(lambda: self._known_sessions.get(hash_of(secret), lambda: self._load_session(secret)))
            or ANONYMOUS
        )

    def identify(self, request: Request) -> Caller:
        """Return the owner of the key or session of a request, to count it for. Raises what `authenticate_key` raises.

        It does not check the CSRF token; `authenticate` does.
        """
        given = request.authorization
        if given is not None and given.type == "bearer" and (given.token or "").startswith(PREFIX):
            return self.authenticate_key(request, given.token or "")
        return self.session_caller(request)

    def require_own_page(self, request: Request) -> None:
        """Check that a form without a session was sent from one of our pages. Raises Refusal: csrf.

        Browsers state the origin in Sec-Fetch-Site (W3C Fetch Metadata), else in Origin.
        """
        site = request.headers.get("Sec-Fetch-Site")
        origin = request.headers.get("Origin")
        own = str(self.container.config["settings"].public_url).rstrip("/")
        if site not in (None, "same-origin", "none") or (site is None and origin not in (None, own)):
            raise Refusal("csrf")

    def set_cookie(self, response: Response, secret: str, ending: str = "", lasts: dt.timedelta | None = None) -> None:
        response.set_cookie(
            self.cookie_name + ending, secret, secure=self.is_https, httponly=True, samesite="Lax", path="/",
            max_age=lasts,
        )  # fmt: skip

    def known_device(self, request: Request, municipality: str, name: str) -> str | None:
        """Return the secret of this browser when the account has logged in with it before."""
        secret = request.cookies.get(self.cookie_name + KNOWN_BROWSER, "")
        return secret if secret and self.devices.knows(secret, identifier(municipality, name), now()) else None

    def remember_device(self, request: Request, response: Response, account: Account) -> None:
        """Make this browser known for the account. It keeps a secret by which it is known for another account."""
        secret = request.cookies.get(self.cookie_name + KNOWN_BROWSER, "")
        if not secret or not self.devices.is_known(secret):
            secret = new_secret()
        self.devices.remember(secret, account.id, now())
        self.set_cookie(response, secret, KNOWN_BROWSER, KNOWN_FOR)

    def set_device_cookie(self, response: Response, key: str, lasts: dt.timedelta) -> None:
        """Store the key of a kiosk or display in its browser. Only requests from our own pages carry it."""
        response.set_cookie(
            self.cookie_name + DEVICE, key, secure=self.is_https, httponly=True, samesite="Strict", path="/",
            max_age=lasts,
        )  # fmt: skip

    def device_caller(self, request: Request) -> Caller:
        """Return the kiosk or display by its key, else who is logged in at the browser. Raises Refusal; Unavailable."""
        key = request.cookies.get(self.cookie_name + DEVICE)
        if not key:
            return self.session_caller(request)
        try:
            return self.authenticate_key(request, key)
        except Refusal as refusal:
            if refusal.code != "login-needed":
                raise
            return ANONYMOUS  # the key was removed: the screen must be paired again

    @property
    def password_login(self) -> bool:
        return bool(self.container.config["settings"].password_login)

    def end_session(self, request: Request) -> None:
        """End the session of this browser, if there is one."""
        if secret := request.cookies.get(self.cookie_name):
            self.sessions.end(secret)
            self.clear_caches()

    def _load_session(self, secret: str) -> Caller | None:
        moment = now()
        session = self.sessions.find(secret, moment)
        account = self.accounts.get(session.municipality, session.name) if session else None
        if session is None or account is None or not account.active:
            return None
        return self._caller_of(account, session, moment)

    def _caller_of(self, account: Account, session: Session, moment: dt.datetime) -> Caller:
        caller = Caller(
            account.name, account.municipality, account.grants, "session", session.csrf_token, account.must_change,
            session=session.id, is_confirmed=self.sessions.is_confirmed(session, moment),
        )  # fmt: skip
        is_required = self.container.config["settings"].second_factor_for_administrators
        if not is_required or account.from_provider or not caller.is_administrator:
            return caller
        has_factor = self.changes.credentials.get(account.id).has_second_factor
        return replace(caller, needs_second_factor=not has_factor)

    def _note_wrong_key(self, request: Request, known: Key | None) -> None:
        """Record a wrong key in the log of its municipality, or of that in the path when no key has this id.

        What was sent is not recorded: it may be anything.
        """
        municipality = (
            known.municipality if known else (getattr(request, "path_values", None) or {}).get("municipality")
        )
        who = f"key:{known.name}" if known else ""

        def note() -> None:
            if known or self.accounts.exist_in(str(municipality)):
                self.log.record(str(municipality), who, "key refused", now(), "" if known else "unknown key")

        if municipality:
            self._query(lambda: self._noted_keys.get((str(municipality), who), note))

    def note_forbidden(self, caller: Caller, municipality: str, permission: str) -> None:
        """Record in the log of the caller's municipality that a permission was missing."""
        detail = permission if municipality == caller.municipality else f"{permission} of another municipality"

        def note() -> None:
            self.log.record(caller.municipality, caller.who, "permission refused", now(), detail)

        self._query(lambda: self._noted_refusals.get((caller.municipality, caller.who, detail), note))

    def _query(self, question: Callable[[], T]) -> T:
        try:
            with pymongo.timeout(LONGEST_LOOKUP):
                return question()
        except PyMongoError as error:
            raise Unavailable(f"the database of the gateway cannot be reached: {error}") from error

    def clear_caches(self) -> None:
        """Load accounts, keys and sessions again, after one of them changed."""
        self._known_keys.clear()
        self._known_sessions.clear()


class AuthenticationProvider(DependencyProvider):
    """Provides the service class with Authentication."""

    identity = Authentication()

    def get_dependency(self, worker_ctx: Any) -> Authentication:
        return self.identity
