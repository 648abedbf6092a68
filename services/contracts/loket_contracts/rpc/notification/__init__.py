"""Notification over RPC: its Protocol, and the types of what its methods take and return."""

from .protocol import Notification

__all__ = ["Notification"]
