"""The stores of the gateway, as commands use them."""

from __future__ import annotations

from pymongo import MongoClient

from ..access.account_changes import AccountChanges
from ..access.audit import AccessLog
from ..access.keys import Keys
from ..http.clock import now

SELECTION_MS = 5000


class Stores:
    """The stores of the gateway, and the operator's name for the log."""

    def __init__(self, uri: str, database: str, who: str) -> None:
        client = MongoClient[dict[str, object]](uri, tz_aware=True, w="majority", serverSelectionTimeoutMS=SELECTION_MS)
        self.who = f"prompt:{who}"
        self.changes = AccountChanges(client[database])
        self.accounts = self.changes.accounts
        self.keys = Keys(client[database])
        self.log = AccessLog(client[database])
        self.keys.create_indexes()

    def note(self, municipality: str, action: str, whom: str) -> None:
        """Record what the operator did."""
        self.log.record(municipality, self.who, action, now(), whom)
