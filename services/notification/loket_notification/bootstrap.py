"""The composition root: makes the stores, the context of the use cases and the workers, once per process.

Only the service class imports this module. Everything below it is given what it needs by its constructor or arguments.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from loket_chassis.messaging.outbox import CompositionRoot, Outbox
from loket_chassis.messaging.rpc import RpcCaller
from loket_chassis.storage.connection import Document
from loket_contracts.events import NOTIFICATION_EXCHANGE
from loket_contracts.rpc.booking import Booking

from .context import Announce, Context
from .settings import NotificationSettings
from .store.messages import Messages
from .store.plans import Plans
from .store.reports import Reports
from .store.suppressions import Suppressions
from .store.write_batcher import WriteBatcher
from .webhooks.store import Webhooks
from .workers.dispatcher import Dispatcher
from .workers.webhook_pusher import WebhookPusher


@dataclass(frozen=True)
class Application:
    """What the entrypoints use."""

    context: Context
    dispatcher: Dispatcher
    webhook_pusher: WebhookPusher


class Bootstrap(CompositionRoot):
    """Gives the service class its `Application`, and runs the workers."""

    outbox = Outbox(NOTIFICATION_EXCHANGE, collections=(Messages.NAME,), keep_log=False)
    booking = RpcCaller(Booking, deadline=10.0)

    def setup(self) -> None:
        settings: NotificationSettings = self.container.config["settings"]
        database = self.database
        context = make_context(database, settings, self.outbox.announce)
        webhooks = Webhooks(database)
        webhooks.create_indexes()
        self.application = Application(
            context,
            Dispatcher(context, self.booking, settings.senders),
            WebhookPusher(webhooks, settings.webhooks_to_private, context.now),
        )

    def start(self) -> None:
        self.application.dispatcher.start(self.container.spawn_managed_thread)
        self.application.webhook_pusher.start(self.container.spawn_managed_thread)

    def stop(self) -> None:
        self.application.webhook_pusher.stop()
        self.application.dispatcher.stop()
        self.application.context.providers.close()
        super().stop()

    def get_dependency(self, worker_ctx: Any) -> Application:
        return self.application


def make_context(database: Database[Document], settings: NotificationSettings, announce: Announce) -> Context:
    """The context of a running service. Creates the indexes of its collections."""
    messages = Messages(database, dt.timedelta(seconds=settings.claim_seconds))
    messages.create_indexes(dt.timedelta(days=settings.keep_messages_days))
    plans, suppressions, reports = Plans(database, settings.most_segments), Suppressions(database), Reports(database)
    for store in (plans, suppressions, reports):
        store.create_indexes()
    return Context(
        messages=messages,
        writes=WriteBatcher(messages.collection),
        progress_writes=WriteBatcher(messages.collection, are_completed_later=True),
        plans=plans,
        suppressions=suppressions,
        reports=reports,
        providers=settings.providers(),
        announce=announce,
        public_url=settings.public_url,
        max_segments=settings.most_segments,
        now=lambda: dt.datetime.now(dt.UTC),
    )
