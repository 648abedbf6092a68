"""Every RPC method of notification."""

from __future__ import annotations

from typing import Protocol

from ..amend_part import AmendPart
from ..service import EventConsumer, EventSource
from .answers import (
    DeliveryPage,
    MessageStatus,
    NewSubscription,
    Preview,
    SentTest,
    StoredPlan,
    Subscription,
    SuppressedAddress,
    SuppressedRecipient,
    TeamReport,
    Wording,
)
from .commands import Callback, Subscribe


class Notification(EventSource, EventConsumer, Protocol):
    """Messages about appointments, and webhooks.

    `owner`: the code of a portal's key, which sees its own webhooks; None for an administrator, who sees all.
    """

    def configure(self, text: str, by: str, if_absent: bool = False) -> StoredPlan:
        """Store a message plan, whole or not at all. `if_absent`: only when the municipality has none.

        Raises Refusal: invalid-configuration.
        """
        ...

    def messages(self, municipality: str, appointment: str) -> list[MessageStatus]:
        """Return the messages about an appointment, in the order in which they were planned."""
        ...

    def failures(self, municipality: str, hours: int = 24) -> list[MessageStatus]:
        """Return the messages that could not be sent, the latest first."""
        ...

    def resend(self, municipality: str, message: str, idempotency_key: str | None = None) -> None:
        """Send a message again, unless it has become pointless. Raises Refusal: unknown-message."""
        ...

    def receipt(self, provider: str, callback: Callback) -> int:
        """Process a delivery receipt. Return how many messages it is about.

        Raises Refusal: unknown-provider, receipt-not-signed.
        """
        ...

    def unwanted(self, municipality: str) -> list[SuppressedRecipient]:
        """Return the suppression list, the latest first."""
        ...

    def want_again(self, mark: str, channel: str) -> bool:
        """Remove a person from the suppression list. Return False when they were not on it."""
        ...

    def barred(self, municipality: str, appointment: str) -> list[SuppressedAddress]:
        """Return the suppressed addresses of the person of this appointment."""
        ...

    def lift(self, municipality: str, appointment: str, channel: str) -> None:
        """Lift the suppression of an address. Raises Refusal: address-not-barred."""
        ...

    def unsubscribe(self, municipality: str, token: str, channel: str) -> None:
        """Suppress all but necessary messages over a channel to the person who has this link."""
        ...

    def preview(self, municipality: str, kind: str, language: str | None = None) -> Preview:
        """Return a message for a fictitious resident, by default in the municipality's first language.

        Raises Refusal: unknown-message-kind.
        """
        ...

    def words(self, municipality: str, kind: str, language: str) -> Wording:
        """Return the wording of a kind of message. Raises Refusal: unknown-message-kind."""
        ...

    def propose_words(self, municipality: str, body: AmendPart) -> Preview:
        """Return a preview with these words, which are not stored.

        `body`: with the language as section, and the kind of message as name.
        """
        ...

    def change_words(
        self, municipality: str, who: str, body: AmendPart, idempotency_key: str | None = None
    ) -> StoredPlan:
        """Use these words from now on. Raises Refusal: settings-changed, unknown-message-kind, invalid-request."""
        ...

    def send_test(
        self, municipality: str, kind: str, language: str | None, channel: str, to: str,
        idempotency_key: str | None = None,
    ) -> SentTest:  # fmt: skip
        """Send a preview to an address of the operator. Raises Refusal: unknown-message-kind, not-sent."""
        ...

    def weekly_report(self, municipality: str, team: str, first: str, last: str) -> TeamReport:
        """Return the report of a team about these days. Raises Refusal: invalid-request."""
        ...

    def send_weekly_report(
        self, municipality: str, team: str, first: str, last: str, idempotency_key: str | None = None
    ) -> SentTest:
        """Send that report to the address of the team now. Raises Refusal: the same, and not-sent."""
        ...

    def subscribe(self, municipality: str, owner: str, body: Subscribe) -> NewSubscription:
        """Create a webhook. Raises Refusal: webhook-target-refused, too-many-webhooks, invalid-request."""
        ...

    def subscriptions(self, municipality: str, owner: str | None) -> list[Subscription]:
        """Return the webhooks of an owner."""
        ...

    def end_subscription(self, municipality: str, owner: str | None, identifier: str) -> None:
        """Delete a webhook. Raises Refusal: webhook-not-found."""
        ...

    def switch_on(self, municipality: str, owner: str | None, identifier: str) -> Subscription:
        """Enable a webhook that was disabled because all deliveries failed. Raises Refusal: webhook-not-found."""
        ...

    def deliveries(
        self, municipality: str, owner: str | None, identifier: str, cursor: str | None = None, most: int = 100
    ) -> DeliveryPage:
        """Return the deliveries and their outcomes, the latest first. Raises Refusal: webhook-not-found."""
        ...

    def redeliver(self, municipality: str, owner: str | None, identifier: str, event: str) -> None:
        """Deliver an event again. Raises Refusal: webhook-not-found."""
        ...
