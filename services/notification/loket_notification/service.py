"""What notification listens to. It translates and delegates; it holds no rule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from loket_chassis.consumer import listen
from loket_chassis.health import Probes, ReadinessWithDatabase
from loket_chassis.metrics import Observed
from loket_chassis.mongo import MongoDatabase
from loket_chassis.outbox import OutboxRelay
from loket_chassis.rpc import Remote, answer
from loket_contracts.envelope import Event
from loket_contracts.events import BOOKING_EXCHANGE, EVENTS, NOTIFICATION_EXCHANGE

from . import commands
from .channels.smtp import SmtpChannel
from .messages import read_appointment_event
from .policy import PLAN
from .store import Messages


class NotificationStores(MongoDatabase):
    """Gives the service class what does not change from one message to the next, made once per process."""

    def setup(self) -> None:
        settings = self.container.config["settings"]
        self.messages = Messages(self.database)
        self.messages.create_indexes()
        self.email = SmtpChannel(settings)
        self.public_url = settings.public_url

    def get_dependency(self, worker_ctx: Any) -> NotificationStores:
        return self


class NotificationService(Probes):
    """Messages about appointments."""

    name = "notification"

    stores = NotificationStores()
    announce = OutboxRelay(NOTIFICATION_EXCHANGE, collections=(Messages.NAME,), keep_log=False)
    booking = Remote("booking", deadline=10.0)
    traceparent = Observed()
    readiness = ReadinessWithDatabase()

    @listen("notification.booking-events", [(BOOKING_EXCHANGE, [EVENTS[name].type for name in PLAN])])
    def on_appointment(self, event: Event) -> None:
        needs = commands.Needs(
            messages=self.stores.messages,
            email=self.stores.email,
            contact_card=self.booking.contact_card,
            announce=self.announce,
            public_url=self.stores.public_url,
            now=lambda: dt.datetime.now(dt.UTC),
        )
        heard = read_appointment_event(event.name, event.municipality, event.sequence, event.data)
        commands.tell(needs, heard, self.traceparent)

    @answer
    def ping(self) -> str:
        return "ok"
