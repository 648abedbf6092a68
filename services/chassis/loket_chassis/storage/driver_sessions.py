"""A correction of the driver: a connection is not without sessions because its server was becoming primary.

The driver asks for the state of a server once for each connection. A member that becomes primary, or that has just
started, is neither primary nor secondary for a moment. The driver then takes the server for one without sessions, and
each transaction on that connection fails with ConfigurationError for as long as the connection lives. The specification
of the drivers has one condition: the server names the timeout of its sessions.
"""

from __future__ import annotations

from typing import Any

from pymongo.synchronous.pool import Connection


def _supports_sessions(connection: Any) -> bool:
    return getattr(connection, "logical_session_timeout_minutes", None) is not None


def _ignore(_: Any, value: bool) -> None:
    """What the driver concludes from the state of the server."""


def decide_by_timeout() -> None:
    """Correct all clients of this process."""
    Connection.supports_sessions = property(_supports_sessions, _ignore)  # type: ignore[assignment]
