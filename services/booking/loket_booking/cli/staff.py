"""The caller of the commands."""

from __future__ import annotations

from loket_chassis.cli.client import CliClient
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.caller import Caller


def caller(client: CliClient[Booking]) -> Caller:
    """The user of the command line, who works for all teams."""
    return Caller.staff(client.who, None)
