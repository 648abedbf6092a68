"""The entrypoints of notification: events and RPC methods. They translate and delegate; they decide nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loket_chassis.messaging.consumer import listen
from loket_chassis.messaging.dead_letters import DeadLetters
from loket_chassis.messaging.rpc import Unavailable, rpc, rpc_client
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Probes, ReadinessWithDatabase
from loket_chassis.service.status import Status
from loket_chassis.storage.idempotency import Idempotency
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.events import upcast
from loket_contracts.queues import sources_of
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import Catalogue
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.notification.answers import (
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
from loket_contracts.rpc.notification.commands import Callback, Subscribe
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.service import EventPage

from .bootstrap import Bootstrap
from .commands import plan, receipts, send_test, suppressions, weekly_report, wording
from .domain.event_schema import read_appointment_event
from .domain.kinds import PLANNING_EVENTS
from .queries import messages, preview
from .queries import wording as wording_queries
from .webhooks import subscriptions

ERASED = "resident.erased"


class NotificationService(DeadLetters, Status, Probes):
    """Messages about appointments."""

    name = "notification"

    app = Bootstrap()
    idempotency = Idempotency()
    booking = rpc_client(Booking)
    reporting = rpc_client(Reporting, deadline=10.0)
    traceparent = WorkerMetrics()
    readiness = ReadinessWithDatabase()

    @listen("notification.booking-events", sources_of("notification.booking-events"))
    def on_booking_event(self, event: Event) -> None:
        self.app.webhook_pusher.plan_deliveries(event)  # as published: a subscription names a version
        event = upcast(event)
        context = self.app.context
        if event.name == ERASED:
            context.messages.forgotten(event.data["appointments"], context.now())
            return
        if event.name not in PLANNING_EVENTS:
            return
        read = read_appointment_event(event.name, event.municipality, event.sequence, event.data)
        planned = plan.plan_messages(context, read, self.traceparent, self.app.dispatcher.claim_if_free())
        if planned.claimed:
            self.app.dispatcher.send_soon(planned.claimed)
        elif planned.count:
            self.app.dispatcher.wake()

    @listen("notification.reports", sources_of("notification.reports"))
    def on_report_due(self, event: Event) -> None:
        weekly_report.send(self.app.context, self.booking, self.reporting, upcast(event))

    def lag_seconds(self) -> float:
        return self.app.context.messages.lag_seconds(self.app.context.now())

    @rpc
    def configure(self, text: str, by: str, if_absent: bool = False) -> StoredPlan:
        return wording.configure(self.app.context, text, by, if_absent)

    @rpc
    def messages(self, municipality: str, appointment: str) -> list[MessageStatus]:
        return messages.of_appointment(self.app.context, municipality, appointment)

    @rpc
    def failures(self, municipality: str, hours: int = 24) -> list[MessageStatus]:
        return messages.failures(self.app.context, municipality, hours)

    @rpc
    def count_events(self) -> int:
        return self.app.context.messages.count_left()

    @rpc
    def logged_events(self, after: str, most: int) -> EventPage:
        return messages.logged_events(self.app.context, after, most)

    @rpc
    def unwanted(self, municipality: str) -> list[SuppressedRecipient]:
        return messages.unwanted(self.app.context, municipality)

    @rpc
    def want_again(self, mark: str, channel: str) -> bool:
        return self.app.context.suppressions.remove(mark, channel)

    @rpc
    def barred(self, municipality: str, appointment: str) -> list[SuppressedAddress]:
        return suppressions.of_appointment(self.app.context, self.booking, municipality, appointment)

    @rpc
    def lift(self, municipality: str, appointment: str, channel: str) -> None:
        suppressions.lift_of(self.app.context, self.booking, municipality, appointment, channel)

    @rpc
    def resend(self, municipality: str, message: str, idempotency_key: str | None = None) -> None:
        self.idempotency.once(
            idempotency_key, ("resend", municipality), message,
            lambda: messages.resend(self.app.context, municipality, message),
        )  # fmt: skip
        self.app.dispatcher.wake()

    @rpc
    def preview(self, municipality: str, kind: str, language: str | None = None) -> Preview:
        about = self._about(municipality)
        return preview.preview(self.app.context, municipality, kind, language, about=about)

    @rpc
    def words(self, municipality: str, kind: str, language: str) -> Wording:
        return wording_queries.words(self.app.context, municipality, kind, language)

    @rpc
    def propose_words(self, municipality: str, body: AmendPart) -> Preview:
        return wording_queries.propose(self.app.context, municipality, body, self._about(municipality))

    @rpc
    def change_words(
        self, municipality: str, who: str, body: AmendPart, idempotency_key: str | None = None
    ) -> StoredPlan:
        return self.idempotency.once(
            idempotency_key, ("change_words", municipality, who), body,
            lambda: wording.change(self.app.context, municipality, body, who),
        )  # fmt: skip

    @rpc
    def send_test(
        self, municipality: str, kind: str, language: str | None, channel: str, to: str,
        idempotency_key: str | None = None,
    ) -> SentTest:  # fmt: skip
        def send() -> SentTest:
            about = self._about(municipality)
            return send_test.send_test(self.app.context, municipality, kind, language, channel, to, about)

        return self.idempotency.once(idempotency_key, ("send_test", municipality), [kind, language, channel, to], send)

    @rpc
    def weekly_report(self, municipality: str, team: str, first: str, last: str) -> TeamReport:
        return weekly_report.view(self.app.context, self.booking, self.reporting, municipality, team, first, last)

    @rpc
    def send_weekly_report(
        self, municipality: str, team: str, first: str, last: str, idempotency_key: str | None = None
    ) -> SentTest:
        return self.idempotency.once(
            idempotency_key, ("send_weekly_report", municipality), [team, first, last],
            lambda: weekly_report.send_now(
                self.app.context, self.booking, self.reporting, municipality, team, first, last
            ),
        )  # fmt: skip

    @rpc
    def subscribe(self, municipality: str, owner: str, body: Subscribe) -> NewSubscription:
        pusher, now = self.app.webhook_pusher, self.app.context.now()
        made = subscriptions.subscribe(pusher.webhooks, municipality, owner, body, pusher.allow_private, now)
        pusher.expire_cache()
        return made

    @rpc
    def subscriptions(self, municipality: str, owner: str | None) -> list[Subscription]:
        return subscriptions.listed(self.app.webhook_pusher.webhooks, municipality, owner)

    @rpc
    def end_subscription(self, municipality: str, owner: str | None, identifier: str) -> None:
        subscriptions.remove(self.app.webhook_pusher.webhooks, municipality, owner, identifier)

    @rpc
    def switch_on(self, municipality: str, owner: str | None, identifier: str) -> Subscription:
        switched = subscriptions.switch_on(self.app.webhook_pusher.webhooks, municipality, owner, identifier)
        self.app.webhook_pusher.expire_cache()
        return switched

    @rpc
    def deliveries(
        self, municipality: str, owner: str | None, identifier: str, cursor: str | None = None, most: int = 100
    ) -> DeliveryPage:
        return subscriptions.deliveries(self.app.webhook_pusher.webhooks, municipality, owner, identifier, cursor, most)

    @rpc
    def redeliver(self, municipality: str, owner: str | None, identifier: str, event: str) -> None:
        pusher, now = self.app.webhook_pusher, self.app.context.now()
        subscriptions.redeliver(pusher.webhooks, municipality, owner, identifier, event, now)
        pusher.wake()

    @rpc
    def receipt(self, provider: str, callback: Callback) -> int:
        return receipts.receive(self.app.context, provider, callback)

    @rpc
    def unsubscribe(self, municipality: str, token: str, channel: str) -> None:
        mark = self.booking.contact_mark(municipality, token)
        receipts.opt_out(self.app.context, municipality, mark, channel)

    def _about(self, municipality: str) -> Catalogue:
        """The catalogue of a municipality. Raises Refusal: unknown-municipality, service-unavailable."""
        try:
            return self.booking.catalogue(municipality)
        except Unavailable as error:
            raise Refusal("service-unavailable") from error


if TYPE_CHECKING:
    #: an error of mypy when the service does not have every method of the Protocol, with its types
    _: type[Notification] = NotificationService
