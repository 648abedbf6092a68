"""What notification listens to and answers. It translates and delegates; it holds no rule."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.consumer import listen
from loket_chassis.messaging.dead_letters import DeadLetters
from loket_chassis.messaging.outbox import OutboxRelay
from loket_chassis.messaging.rpc import RpcClient, Unavailable, rpc
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Probes, ReadinessWithDatabase
from loket_chassis.storage.idempotency import Idempotency
from loket_contracts.commands import AmendPart, Subscribe
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal, load
from loket_contracts.events import BOOKING_EXCHANGE, EVENTS, NOTIFICATION_EXCHANGE, REPORTING_EXCHANGE

from .channels.base import Callback
from .commands import plan, receipts, send_test, suppressions, weekly_report, wording
from .domain.event_schema import read_appointment_event
from .domain.kinds import EVENTS_HEARD
from .queries import messages, preview
from .queries import wording as wording_queries
from .store.messages import Messages
from .webhooks import subscriptions
from .workers.dispatcher import Dispatcher
from .workers.webhook_pusher import Pusher, now

ERASED = "resident.erased"
_amend_part, _subscribe = AmendPart(), Subscribe()


class NotificationService(DeadLetters, Probes):
    """Messages about appointments."""

    name = "notification"

    dispatcher = Dispatcher()
    idempotency = Idempotency()
    pusher = Pusher()
    announce = OutboxRelay(NOTIFICATION_EXCHANGE, collections=(Messages.NAME,), keep_log=False)
    booking = RpcClient("booking")
    reporting = RpcClient("reporting", deadline=10.0)
    traceparent = WorkerMetrics()
    readiness = ReadinessWithDatabase()

    @listen(
        "notification.booking-events",
        [(BOOKING_EXCHANGE, list(subscriptions.TYPES))],
    )
    def on_booking_event(self, event: Event) -> None:
        self.pusher.hear(event)
        needs = self.dispatcher.needs
        if event.name == ERASED:
            needs.messages.forgotten(event.data["appointments"], needs.now())
            return
        if event.name not in EVENTS_HEARD:
            return
        heard = read_appointment_event(event.name, event.municipality, event.sequence, event.data)
        if plan.hear(needs.messages, needs.plans, needs.together, heard, needs.now(), self.traceparent):
            self.dispatcher.wake()

    @listen("notification.reports", [(REPORTING_EXCHANGE, [EVENTS["report.due"].type])])
    def on_report_due(self, event: Event) -> None:
        weekly_report.send(self.dispatcher.needs, self.dispatcher.reports, self.booking, self.reporting, event)

    @rpc
    def ping(self) -> str:
        return "ok"

    @rpc
    def configure(self, text: str, by: str, if_absent: bool = False) -> dict[str, Any]:
        """Take a message plan, whole or not at all; `if_absent`: only when the municipality has none.

        Raises Refusal: invalid-configuration.
        """
        return wording.configure(self.dispatcher.needs, text, by, if_absent)

    @rpc
    def messages(self, municipality: str, appointment: str) -> list[dict[str, Any]]:
        return messages.of_appointment(self.dispatcher.needs, municipality, appointment)

    @rpc
    def failures(self, municipality: str, hours: int = 24) -> list[dict[str, Any]]:
        return messages.failures(self.dispatcher.needs, municipality, hours)

    @rpc
    def count_events(self) -> int:
        return self.dispatcher.needs.messages.count_left()

    @rpc
    def logged_events(self, after: str, most: int) -> dict[str, Any]:
        """What became of every message that is kept, page by page: {events, after}."""
        return messages.logged_events(self.dispatcher.needs, after, most)

    @rpc
    def unwanted(self, municipality: str) -> list[dict[str, Any]]:
        return messages.unwanted(self.dispatcher.needs, municipality)

    @rpc
    def want_again(self, mark: str, channel: str) -> bool:
        """Take somebody off the list of those who get no messages."""
        return self.dispatcher.needs.unwanted.remove(mark, channel)

    @rpc
    def barred(self, municipality: str, appointment: str) -> list[dict[str, Any]]:
        """Which addresses of the person of this appointment get nothing for a while: {channel, since, until}."""
        return suppressions.of_appointment(self.dispatcher.needs, self.booking, municipality, appointment)

    @rpc
    def lift(self, municipality: str, appointment: str, channel: str) -> None:
        """Write to that address again. Raises Refusal: address-not-barred."""
        suppressions.lift_of(self.dispatcher.needs, self.booking, municipality, appointment, channel)

    @rpc
    def resend(self, municipality: str, message: str, idempotency_key: str | None = None) -> None:
        self.idempotency.once(
            idempotency_key, ("resend", municipality), message,
            lambda: messages.resend(self.dispatcher.needs, municipality, message),
        )  # fmt: skip
        self.dispatcher.wake()

    @rpc
    def preview(self, municipality: str, kind: str, language: str | None = None) -> dict[str, Any]:
        about = self._about(municipality)
        return preview.preview(self.dispatcher.needs, municipality, kind, language, about=about)

    @rpc
    def words(self, municipality: str, kind: str, language: str) -> dict[str, Any]:
        return wording_queries.words(self.dispatcher.needs, municipality, kind, language)

    @rpc
    def propose_words(self, municipality: str, body: dict[str, Any]) -> dict[str, Any]:
        """The message as it would be with these words, without saying them."""
        about = self._about(municipality)
        return wording_queries.propose(self.dispatcher.needs, municipality, load(_amend_part, body), about)

    @rpc
    def change_words(
        self, municipality: str, who: str, body: dict[str, Any], idempotency_key: str | None = None
    ) -> dict[str, Any]:
        wish = load(_amend_part, body)
        return self.idempotency.once(
            idempotency_key, ("change_words", municipality, who), body,
            lambda: wording.change(self.dispatcher.needs, municipality, wish, who),
        )  # fmt: skip

    @rpc
    def send_test(
        self, municipality: str, kind: str, language: str | None, channel: str, to: str,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        def send() -> dict[str, Any]:
            about = self._about(municipality)
            return send_test.send_test(self.dispatcher.needs, municipality, kind, language, channel, to, about)

        return self.idempotency.once(idempotency_key, ("send_test", municipality), [kind, language, channel, to], send)

    @rpc
    def subscribe(self, municipality: str, owner: str, body: dict[str, Any]) -> dict[str, Any]:
        wish = load(_subscribe, body)
        made = subscriptions.subscribe(self.pusher.webhooks, municipality, owner, wish, self.pusher.private_too, now())
        self.pusher.look_again()
        return made

    @rpc
    def subscriptions(self, municipality: str, owner: str | None) -> list[dict[str, Any]]:
        return subscriptions.listed(self.pusher.webhooks, municipality, owner)

    @rpc
    def end_subscription(self, municipality: str, owner: str | None, identifier: str) -> None:
        subscriptions.remove(self.pusher.webhooks, municipality, owner, identifier)

    @rpc
    def switch_on(self, municipality: str, owner: str | None, identifier: str) -> dict[str, Any]:
        switched = subscriptions.switch_on(self.pusher.webhooks, municipality, owner, identifier)
        self.pusher.look_again()
        return switched

    @rpc
    def deliveries(
        self, municipality: str, owner: str | None, identifier: str, cursor: str | None = None, most: int = 100
    ) -> dict[str, Any]:
        return subscriptions.deliveries(self.pusher.webhooks, municipality, owner, identifier, cursor, most)

    @rpc
    def redeliver(self, municipality: str, owner: str | None, identifier: str, event: str) -> None:
        subscriptions.redeliver(self.pusher.webhooks, municipality, owner, identifier, event, now())
        self.pusher.wake()

    @rpc
    def receipt(self, provider: str, callback: dict[str, Any]) -> int:
        """A provider tells what came of its messages. Raises Refusal: unknown-provider, receipt-not-signed."""
        return receipts.receive(self.dispatcher.needs, provider, Callback(**callback))

    @rpc
    def unsubscribe(self, municipality: str, token: str, channel: str) -> None:
        """Who has this link wants no more messages over the channel, but those they need."""
        mark = self.booking.contact_mark(municipality, token)
        receipts.want_none(self.dispatcher.needs, municipality, mark, channel)

    def _about(self, municipality: str) -> dict[str, Any]:
        """The catalogue of a municipality. Raises Refusal: unknown-municipality, service-unavailable."""
        try:
            found: dict[str, Any] = self.booking.catalogue(municipality)
        except Unavailable as error:
            raise Refusal("service-unavailable") from error
        return found
