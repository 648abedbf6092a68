"""The one place where booking is wired: which stores, which clock, which key."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from loket_chassis.mongo import MongoDatabase
from loket_contracts.envelope import Event

from .store.agendas import Agendas
from .store.cards import Cards, Links
from .store.configurations import Configurations

Announce = Callable[[str, Any, Iterable[Event]], None]


def utc_now() -> dt.datetime:
    """The clock, in milliseconds as MongoDB keeps time."""
    now = dt.datetime.now(dt.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Stores:
    """What the use cases need: where things are kept, the time, and how links are made."""

    agendas: Agendas
    cards: Cards
    configurations: Configurations
    links: Links
    now: Callable[[], dt.datetime] = utc_now

    def create_indexes(self) -> None:
        self.agendas.create_indexes()
        self.cards.create_indexes()
        self.configurations.create_indexes()


class BookingStores(MongoDatabase):
    """Gives the service class its `Stores`, made once per process."""

    def setup(self) -> None:
        database = self.database
        self.stores = Stores(
            Agendas(database),
            Cards(database),
            Configurations(database),
            Links(self.container.config["settings"].loket_secret),
        )
        self.stores.create_indexes()

    def get_dependency(self, worker_ctx: Any) -> Stores:
        return self.stores
