"""The entrypoints of notification: events and RPC methods. They translate and delegate; they decide nothing."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.consumer import listen
from loket_chassis.messaging.dead_letters import DeadLetters
from loket_chassis.messaging.rpc import RpcClient, Unavailable, rpc
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Probes, ReadinessWithDatabase
from loket_chassis.storage.idempotency import Idempotency
from loket_contracts.commands import AmendPart, Subscribe
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal, load
from loket_contracts.events import BOOKING_EXCHANGE, EVENTS, REPORTING_EXCHANGE

from .bootstrap import Bootstrap
from .channels.base import Callback
from .commands import plan, receipts, send_test, suppressions, weekly_report, wording
from .domain.event_schema import read_appointment_event
from .domain.kinds import PLANNING_EVENTS
from .queries import messages, preview
from .queries import wording as wording_queries
from .webhooks import subscriptions

ERASED = "resident.erased"
_amend_part, _subscribe = AmendPart(), Subscribe()


class NotificationService(DeadLetters, Probes):
    """Messages about appointments."""

    name = "notification"

    app = Bootstrap()
    idempotency = Idempotency()
    booking = RpcClient("booking")
    reporting = RpcClient("reporting", deadline=10.0)
    traceparent = WorkerMetrics()
    readiness = ReadinessWithDatabase()

    @listen(
        "notification.booking-events",
        [(BOOKING_EXCHANGE, list(subscriptions.TYPES))],
    )
    def on_booking_event(self, event: Event) -> None:
        self.app.webhook_pusher.plan_deliveries(event)
        context = self.app.context
        if event.name == ERASED:
            context.messages.forgotten(event.data["appointments"], context.now())
            return
        if event.name not in PLANNING_EVENTS:
            return
        read = read_appointment_event(event.name, event.municipality, event.sequence, event.data)
        if plan.plan_messages(context, read, self.traceparent):
            self.app.dispatcher.wake()

    @listen("notification.reports", [(REPORTING_EXCHANGE, [EVENTS["report.due"].type])])
    def on_report_due(self, event: Event) -> None:
        weekly_report.send(self.app.context, self.booking, self.reporting, event)

    @rpc
    def ping(self) -> str:
        return "ok"

    @rpc
    def configure(self, text: str, by: str, if_absent: bool = False) -> dict[str, Any]:
        """Store a message plan, whole or not at all; `if_absent`: only when the municipality has none.

        Raises Refusal: invalid-configuration.
        """
        return wording.configure(self.app.context, text, by, if_absent)

    @rpc
    def messages(self, municipality: str, appointment: str) -> list[dict[str, Any]]:
        return messages.of_appointment(self.app.context, municipality, appointment)

    @rpc
    def failures(self, municipality: str, hours: int = 24) -> list[dict[str, Any]]:
        return messages.failures(self.app.context, municipality, hours)

    @rpc
    def count_events(self) -> int:
        return self.app.context.messages.count_left()

    @rpc
    def logged_events(self, after: str, most: int) -> dict[str, Any]:
        """The events of all stored messages, page by page: {events, after}."""
        return messages.logged_events(self.app.context, after, most)

    @rpc
    def unwanted(self, municipality: str) -> list[dict[str, Any]]:
        return messages.unwanted(self.app.context, municipality)

    @rpc
    def want_again(self, mark: str, channel: str) -> bool:
        """Remove a person from the suppression list. Return False when they were not on it."""
        return self.app.context.suppressions.remove(mark, channel)

    @rpc
    def barred(self, municipality: str, appointment: str) -> list[dict[str, Any]]:
        """The suppressed addresses of the person of this appointment: {channel, since, until}."""
        return suppressions.of_appointment(self.app.context, self.booking, municipality, appointment)

    @rpc
    def lift(self, municipality: str, appointment: str, channel: str) -> None:
        """Lift the suppression of an address. Raises Refusal: address-not-barred."""
        suppressions.lift_of(self.app.context, self.booking, municipality, appointment, channel)

    @rpc
    def resend(self, municipality: str, message: str, idempotency_key: str | None = None) -> None:
        self.idempotency.once(
            idempotency_key, ("resend", municipality), message,
            lambda: messages.resend(self.app.context, municipality, message),
        )  # fmt: skip
        self.app.dispatcher.wake()

    @rpc
    def preview(self, municipality: str, kind: str, language: str | None = None) -> dict[str, Any]:
        about = self._about(municipality)
        return preview.preview(self.app.context, municipality, kind, language, about=about)

    @rpc
    def words(self, municipality: str, kind: str, language: str) -> dict[str, Any]:
        return wording_queries.words(self.app.context, municipality, kind, language)

    @rpc
    def propose_words(self, municipality: str, body: dict[str, Any]) -> dict[str, Any]:
        """A preview of the message with these words, which are not stored."""
        about = self._about(municipality)
        return wording_queries.propose(self.app.context, municipality, load(_amend_part, body), about)

    @rpc
    def change_words(
        self, municipality: str, who: str, body: dict[str, Any], idempotency_key: str | None = None
    ) -> dict[str, Any]:
        command = load(_amend_part, body)
        return self.idempotency.once(
            idempotency_key, ("change_words", municipality, who), body,
            lambda: wording.change(self.app.context, municipality, command, who),
        )  # fmt: skip

    @rpc
    def send_test(
        self, municipality: str, kind: str, language: str | None, channel: str, to: str,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        def send() -> dict[str, Any]:
            about = self._about(municipality)
            return send_test.send_test(self.app.context, municipality, kind, language, channel, to, about)

        return self.idempotency.once(idempotency_key, ("send_test", municipality), [kind, language, channel, to], send)

    @rpc
    def subscribe(self, municipality: str, owner: str, body: dict[str, Any]) -> dict[str, Any]:
        command = load(_subscribe, body)
        pusher, now = self.app.webhook_pusher, self.app.context.now()
        made = subscriptions.subscribe(pusher.webhooks, municipality, owner, command, pusher.allow_private, now)
        pusher.expire_cache()
        return made

    @rpc
    def subscriptions(self, municipality: str, owner: str | None) -> list[dict[str, Any]]:
        return subscriptions.listed(self.app.webhook_pusher.webhooks, municipality, owner)

    @rpc
    def end_subscription(self, municipality: str, owner: str | None, identifier: str) -> None:
        subscriptions.remove(self.app.webhook_pusher.webhooks, municipality, owner, identifier)

    @rpc
    def switch_on(self, municipality: str, owner: str | None, identifier: str) -> dict[str, Any]:
        switched = subscriptions.switch_on(self.app.webhook_pusher.webhooks, municipality, owner, identifier)
        self.app.webhook_pusher.expire_cache()
        return switched

    @rpc
    def deliveries(
        self, municipality: str, owner: str | None, identifier: str, cursor: str | None = None, most: int = 100
    ) -> dict[str, Any]:
        return subscriptions.deliveries(self.app.webhook_pusher.webhooks, municipality, owner, identifier, cursor, most)

    @rpc
    def redeliver(self, municipality: str, owner: str | None, identifier: str, event: str) -> None:
        pusher, now = self.app.webhook_pusher, self.app.context.now()
        subscriptions.redeliver(pusher.webhooks, municipality, owner, identifier, event, now)
        pusher.wake()

    @rpc
    def receipt(self, provider: str, callback: dict[str, Any]) -> int:
        """Process a delivery receipt of a provider. Raises Refusal: unknown-provider, receipt-not-signed."""
        return receipts.receive(self.app.context, provider, Callback(**callback))

    @rpc
    def unsubscribe(self, municipality: str, token: str, channel: str) -> None:
        """Suppress all but necessary messages over a channel to the person who has this link."""
        mark = self.booking.contact_mark(municipality, token)
        receipts.opt_out(self.app.context, municipality, mark, channel)

    def _about(self, municipality: str) -> dict[str, Any]:
        """The catalogue of a municipality. Raises Refusal: unknown-municipality, service-unavailable."""
        try:
            found: dict[str, Any] = self.booking.catalogue(municipality)
        except Unavailable as error:
            raise Refusal("service-unavailable") from error
        return found
