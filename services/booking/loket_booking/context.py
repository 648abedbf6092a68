"""The one place where booking is wired: which stores, which clock, which key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from loket_chassis.messaging.publish_once import PublishOnce
from loket_chassis.storage.connection import Document, MongoDatabase
from loket_contracts.envelope import Event

from .store.agendas import Agendas
from .store.audit import Audit
from .store.capacities import Capacities
from .store.cards import Cards
from .store.clients import Clients
from .store.configurations import Configurations
from .store.day_view import Days
from .store.drafts import Drafts
from .store.erasures import Erasures
from .store.feedback import Feedback
from .store.files import Files
from .store.invitations import Invitations
from .store.links import Links
from .store.repository import Queues, WaitingLists

Announce = Callable[[str, Any, Iterable[Event]], None]


def utc_now() -> dt.datetime:
    """The clock, in milliseconds as MongoDB keeps time."""
    now = dt.datetime.now(dt.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


#: how far away free slots were, until it is told
SAMPLES = "samples"
#: the collections whose documents have an outbox
WITH_OUTBOX = (
    Agendas.NAME,
    WaitingLists.NAME,
    Queues.NAME,
    Capacities.NAME,
    Erasures.NAME,
    Feedback.NAME,
    SAMPLES,
)


@dataclass(frozen=True)
class Stores:
    """What the use cases need: where things are kept, the time, and how links are made."""

    agendas: Agendas
    days: Days
    cards: Cards
    drafts: Drafts
    configurations: Configurations
    waiting: WaitingLists
    queues: Queues
    invitations: Invitations
    files: Files
    feedback: Feedback
    capacities: Capacities
    samples: PublishOnce
    erasures: Erasures
    audit: Audit
    clients: Clients
    links: Links
    now: Callable[[], dt.datetime] = utc_now

    @classmethod
    def on(cls, database: Database[Document], key: str, now: Callable[[], dt.datetime] = utc_now) -> Stores:
        """All stores on one database, with their indexes."""
        stores = cls(
            agendas=Agendas(database),
            days=Days(database),
            cards=Cards(database),
            drafts=Drafts(database),
            configurations=Configurations(database),
            waiting=WaitingLists(database),
            queues=Queues(database),
            invitations=Invitations(database),
            files=Files(database),
            feedback=Feedback(database),
            capacities=Capacities(database),
            samples=PublishOnce(database, SAMPLES),
            erasures=Erasures(database),
            audit=Audit(database),
            clients=Clients(database),
            links=Links(key),
            now=now,
        )
        for store in (
            stores.agendas, stores.cards, stores.drafts, stores.configurations, stores.waiting, stores.queues,
            stores.invitations, stores.files, stores.capacities, stores.samples, stores.audit,
            stores.clients,
        ):  # fmt: skip
            store.create_indexes()
        return stores


class BookingStores(MongoDatabase):
    """Gives the service class its `Stores`, made once per process."""

    def setup(self) -> None:
        self.stores = Stores.on(self.database, self.container.config["settings"].loket_secret)

    def get_dependency(self, worker_ctx: Any) -> Stores:
        return self.stores
