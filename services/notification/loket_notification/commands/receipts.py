"""What providers tell afterwards, and what residents ask: receipts, and wanting no more messages."""

from __future__ import annotations

import structlog

from loket_contracts.errors import Refusal

from ..channels.base import Callback, Forged
from ..store.messages import Messages
from ..store.suppressions import OPTED_OUT
from .send import Needs, told

log = structlog.get_logger()


def receive(needs: Needs, provider_name: str, callback: Callback) -> int:
    """Note the receipts in a callback. Returns how many were of a message of ours.

    Raises Refusal: unknown-provider, receipt-not-signed.
    """
    provider = needs.providers.named(provider_name)
    if provider is None:
        raise Refusal("unknown-provider", {"provider": provider_name})
    try:
        receipts = provider.channel.read_receipts(callback)
    except Forged as error:
        log.warning("a receipt was refused", provider=provider_name, reason=str(error))
        raise Refusal("receipt-not-signed") from error
    noted = 0
    for receipt in receipts:
        found = needs.messages.by_receipt(provider_name, receipt.id)
        if found is None:
            continue
        message, times = found
        event = told(message, receipt.state, 2 + 2 * times, needs.now(), receipt.reason, None)
        if needs.messages.receive(provider_name, receipt.id, receipt.state, receipt.reason, event):
            needs.announce(Messages.NAME, message.id, [event])
            noted += 1
    return noted


def want_none(needs: Needs, municipality: str, mark: str, channel: str) -> None:
    """This person wants no more messages over this channel, but those that they need."""
    needs.unwanted.add(municipality, mark, channel, OPTED_OUT, needs.now())
