"""Process delivery receipts of providers, and opt-outs of residents."""

from __future__ import annotations

import structlog

from loket_contracts.errors import Refusal

from ..channels.base import Callback, Forged
from ..context import Context
from ..store.messages import Messages
from ..store.suppressions import OPTED_OUT
from .send import outcome_event

log = structlog.get_logger()


def receive(context: Context, provider_name: str, callback: Callback) -> int:
    """Record the receipts in a callback. Return how many belong to a message of ours.

    Raises Refusal: unknown-provider, receipt-not-signed.
    """
    provider = context.providers.named(provider_name)
    if provider is None:
        raise Refusal("unknown-provider", {"provider": provider_name})
    try:
        receipts = provider.channel.read_receipts(callback)
    except Forged as error:
        log.warning("receipt refused", provider=provider_name, reason=str(error))
        raise Refusal("receipt-not-signed") from error
    noted = 0
    for receipt in receipts:
        message = context.messages.by_receipt(provider_name, receipt.id)
        if message is None:
            continue
        event = outcome_event(message, receipt.state, 2 + 2 * message.times, context.now(), receipt.reason, None)
        if context.messages.receive(provider_name, receipt.id, receipt.state, receipt.reason, event):
            context.announce(Messages.NAME, message.id, [event])
            noted += 1
    return noted


def opt_out(context: Context, municipality: str, mark: str, channel: str) -> None:
    """Suppress all but necessary messages to this person over this channel."""
    context.suppressions.add(municipality, mark, channel, OPTED_OUT, context.now())
