"""Changes of accounts, each with all that follows from it. The API, the pages and `loket accounts` make them here."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.storage.connection import Document

from . import passwords
from .accounts import Accounts, identifier
from .credentials import FIRST_PASSWORD_LASTS, CredentialStore
from .known_devices import KnownDevices
from .login_throttle import LoginThrottle
from .roles import Grant
from .sessions import Sessions
from .workplaces import Workplaces


class AccountChanges:
    """The stores of everything that an account has."""

    def __init__(self, database: Database[Document]) -> None:
        self.accounts = Accounts(database)
        self.credentials = CredentialStore(database)
        self.devices = KnownDevices(database)
        self.sessions = Sessions(database)
        self.throttle = LoginThrottle(database)
        self.workplaces = Workplaces(database)

    def create_indexes(self) -> None:
        for store in (self.accounts, self.devices, self.sessions, self.throttle):
            store.create_indexes()

    def add(self, municipality: str, name: str, grants: tuple[Grant, ...], now: dt.datetime) -> str | None:
        """Add an account, and return its first password. None when the name is taken."""
        password = passwords.generate_password()
        if not self.accounts.add(municipality, name, grants, passwords.hash_password(password)):
            return None
        self.credentials.set_expiry(identifier(municipality, name), now + FIRST_PASSWORD_LASTS)
        return password

    def give_password(self, municipality: str, name: str, now: dt.datetime) -> str | None:
        """Return a new first password, which ends all sessions and allows attempts again. None for no such account."""
        password = passwords.generate_password()
        if not self._set_password(municipality, name, password, must_change=True):
            return None
        self.credentials.set_expiry(identifier(municipality, name), now + FIRST_PASSWORD_LASTS)
        return password

    def choose_password(self, municipality: str, name: str, password: str) -> bool:
        """Store the password that the user chose, and end all their sessions."""
        if not self._set_password(municipality, name, password, must_change=False):
            return False
        self.credentials.set_expiry(identifier(municipality, name), None)
        return True

    def change(self, municipality: str, name: str, **changes: object) -> bool:
        """Change `grants` or `active`. A closed account has no sessions. False when there is no such account."""
        if not self.accounts.change(municipality, name, **changes):
            return False
        if changes.get("active") is False:
            self._forget(municipality, name)
        return True

    def remove_second_factor(self, municipality: str, name: str) -> bool:
        """Remove a lost second factor, and end all sessions. False when there is no such account."""
        if self.accounts.get(municipality, name) is None:
            return False
        self.credentials.remove_totp(identifier(municipality, name))
        self._forget(municipality, name)
        return True

    def _set_password(self, municipality: str, name: str, password: str, must_change: bool) -> bool:
        hashed = passwords.hash_password(password)
        if not self.accounts.set_password(municipality, name, hashed, must_change=must_change):
            return False
        self.throttle.clear(identifier(municipality, name))
        self._forget(municipality, name)
        return True

    def _forget(self, municipality: str, name: str) -> None:
        self.sessions.end_all_of(municipality, name)
        self.devices.forget_all_of(identifier(municipality, name))
