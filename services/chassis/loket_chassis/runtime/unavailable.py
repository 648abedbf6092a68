"""The errors of what a service needs and cannot reach: the broker, the database, another service.

They pass, they concern no single request, and a traceback says nothing about them.
"""

from __future__ import annotations

from amqp.exceptions import ConnectionError as BrokerConnectionError
from kombu.exceptions import OperationalError
from pymongo.errors import BulkWriteError, ConnectionFailure, PyMongoError, WriteConcernError


class Unavailable(Exception):
    """The other service did not execute the call. Unless it is OutcomeUnknown, nothing was done."""


class OutcomeUnknown(Unavailable):
    """This call, or an earlier one of the same worker, got no response in time; it may have been executed."""


def is_database_unavailable(error: BaseException) -> bool:
    """Whether the database is unreachable or too slow. A write that was sent may still have been executed."""
    return (
        isinstance(error, ConnectionFailure)
        or (isinstance(error, PyMongoError) and (bool(error.timeout) or _is_of_transaction(error)))
        or is_unconfirmed(error)
    )


def _is_of_transaction(error: PyMongoError) -> bool:
    """Whether a transaction did not end in the time that it had, because of others or of a slow server."""
    return error.has_error_label("TransientTransactionError") or error.has_error_label("UnknownTransactionCommitResult")


def is_unconfirmed(error: BaseException) -> bool:
    """Whether the primary executed a write and may lose it: the majority has not confirmed it."""
    return isinstance(error, WriteConcernError) or (
        isinstance(error, BulkWriteError) and bool(error.details["writeConcernErrors"])
    )


def is_unavailable(error: BaseException) -> bool:
    """Whether the error says that the broker, the database or another service is unavailable.

    What the broker refuses on a connection that works, such as access or other properties of a queue, does not pass.
    """
    return isinstance(
        error, (Unavailable, BrokerConnectionError, OperationalError, ConnectionError, TimeoutError)
    ) or is_database_unavailable(error)
