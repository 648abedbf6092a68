"""Reporting over RPC: its Protocol, and the types of what its methods take and return."""

from .protocol import Reporting

__all__ = ["Reporting"]
