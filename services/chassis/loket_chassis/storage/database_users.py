"""The users of MongoDB: one for each service, with rights on the database of that service alone, and one for backups.

Transactions, indexes and sessions need no further rights (https://www.mongodb.com/docs/manual/reference/built-in-roles/).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from loket_contracts.rpc.permitted_calls import CALLS, user_of

from .connection import Document

#: the database of the users
USERS = "admin"
#: the name of the database of each service, unless MONGO_DATABASE is another one
DATABASES: Mapping[str, str] = {service: f"loket_{service}" for service in CALLS}
#: reads all databases as they were at one moment
BACKUP = "backup"
BACKUP_ROLE = "loketBackup"
ALREADY_EXISTS = frozenset({51002, 51003})


def make_users(
    client: MongoClient[Document], passwords: Mapping[str, str], databases: Mapping[str, str] = DATABASES
) -> None:
    """Make users, or give those that exist these passwords and roles. The client's own user must be an administrator.

    `passwords`: by service, or of BACKUP. Raises OperationFailure.
    """
    for owner, password in passwords.items():
        if owner == BACKUP:
            _make(client, "Role", BACKUP_ROLE, _backup_role(databases))
            rights: list[Any] = [BACKUP_ROLE]
        else:
            rights = [{"role": "readWrite", "db": databases[owner]}]
        make_user(client, user_of(owner), password, rights)


def make_user(client: MongoClient[Document], name: str, password: str, roles: list[Any]) -> None:
    """Make a user, or give one that exists this password and these roles. Raises OperationFailure."""
    _make(client, "User", name, {"pwd": password, "roles": roles, "mechanisms": ["SCRAM-SHA-256"]})


def _backup_role(databases: Mapping[str, str]) -> Document:
    history = {"resource": {"cluster": True}, "actions": ["getParameter", "setParameter"]}
    return {"privileges": [history], "roles": [{"role": "read", "db": each} for each in databases.values()]}


def _make(client: MongoClient[Document], what: str, name: str, definition: Document) -> None:
    try:
        client[USERS].command({f"create{what}": name, **definition})
    except OperationFailure as failure:
        if failure.code not in ALREADY_EXISTS:
            raise
        client[USERS].command({f"update{what}": name, **definition})
