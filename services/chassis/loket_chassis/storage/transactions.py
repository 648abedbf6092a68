"""Transactions that end with the deadline of their call."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

T = TypeVar("T")
#: seconds for all attempts
LONGEST = 5.0
#: seconds before the next attempt, at most
LONGEST_PAUSE = 0.02


def run_in_transaction(client: MongoClient[Any], work: Callable[[ClientSession], T]) -> T:
    """Run `work` in one transaction, again when it conflicts with another one. Raises what the last attempt raised.

    It replaces `ClientSession.with_transaction`, which repeats a commit for two minutes without a pause. Once the
    deadline of the call has passed, each of these attempts fails at once, and nothing else runs in the process. A
    commit without an answer may have been executed.
    """
    until = time.monotonic() + LONGEST
    with client.start_session() as session:
        while True:
            try:
                with session.start_transaction():
                    result = work(session)
                    if session.in_transaction:  # `work` may have aborted it
                        _commit(session, until)
                    return result
            except PyMongoError as error:
                _pause_or_raise(error, "TransientTransactionError", until)


def _commit(session: ClientSession, until: float) -> None:
    while True:
        try:
            return session.commit_transaction()
        except PyMongoError as error:  # a commit may be repeated, also when it was executed
            _pause_or_raise(error, "UnknownTransactionCommitResult", until)


def _pause_or_raise(error: PyMongoError, label: str, until: float) -> None:
    if not error.has_error_label(label) or error.timeout or time.monotonic() >= until:
        raise error
    time.sleep(random.uniform(0, LONGEST_PAUSE))
