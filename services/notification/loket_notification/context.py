"""What the use cases of notification share: repositories, providers, settings and the clock."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from loket_contracts.envelope import Event

from .channels.providers import Providers
from .store.messages import Messages
from .store.plans import Plans
from .store.reports import Reports
from .store.suppressions import Suppressions
from .store.write_batcher import WriteBatcher

#: reports to the outbox relay which events a write has put in an outbox: collection, id of the document, events
Announce = Callable[[str, Any, list[Event]], None]


@dataclass(frozen=True)
class Context:
    """The dependencies of the use cases. `bootstrap` makes the one of a running service; tests make their own.

    `progress_writes`: for a mark that counts only when this process dies before it writes the outcome.
    """

    messages: Messages
    writes: WriteBatcher
    progress_writes: WriteBatcher
    plans: Plans
    suppressions: Suppressions
    reports: Reports
    providers: Providers
    announce: Announce
    public_url: str
    max_segments: int
    now: Callable[[], dt.datetime]
    random: Callable[[], float] = random.random
