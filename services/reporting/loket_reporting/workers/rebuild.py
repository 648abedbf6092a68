"""All facts and counts made anew from the event logs, into a fresh set that is then used instead of the old one.

Live events go on meanwhile, and are taken into both sets. It runs in the background of one process; how far it is can
be asked of any.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import eventlet
import structlog

from loket_chassis.messaging.rpc import ServiceProxy
from loket_chassis.runtime.worker import Spawn
from loket_contracts.envelope import Event

from ..domain.facts import KIND_OF
from ..store.projections import Projection, Projections
from .rollup import recount_all

PAGE = 500
#: a rebuild of which nothing was heard for so long has died with its process
SILENT = dt.timedelta(seconds=60)
log = structlog.get_logger()


def start(projections: Projections, booking: ServiceProxy, notification: ServiceProxy, spawn: Spawn) -> bool:
    """Start a rebuild in the background and return True, or False when one is running already."""
    if not projections.may_rebuild(_now(), SILENT):
        return False
    sources = {"booking": booking, "notification": notification}
    spawn(lambda: _run(projections, sources), identifier="rebuild")
    return True


def progress(projections: Projections) -> dict[str, Any]:
    """{state, events, of, days}: how many events were taken in, of how many, and how many days were counted."""
    known = projections.progress()
    if known["state"] == "running" and known["at"] < _now() - SILENT:
        known["state"] = "died"
    known["at"] = known["at"].isoformat() if known["at"] else None
    return known


def _run(projections: Projections, sources: dict[str, ServiceProxy]) -> None:
    tell = _teller(projections)
    try:
        fresh = projections.begin()
        rebuild(fresh, sources, tell)
        used = projections.swap(fresh)
        tell(state="done" if used else "overtaken")
    except Exception as error:
        log.exception("the figures could not be made anew; those that there are stay in use")
        tell(state="failed", why=type(error).__name__)


def rebuild(fresh: Projection, sources: dict[str, ServiceProxy], tell: Callable[..., None]) -> None:
    """Fill a set from the event logs of `sources`."""
    tell(of=sum(source.count_events() for source in sources.values()))
    events = 0
    for source in sources.values():
        for page in _pages(source):
            heard = [Event.from_json(each) for each in page]
            fresh.facts.apply_all([each for each in heard if each.name in KIND_OF])
            events += len(heard)
            tell(events=events)
            eventlet.sleep(0)
    recount_all(fresh, lambda days: tell(days=days))


def _pages(source: ServiceProxy) -> Iterator[list[str]]:
    """The events of a log, page by page; the next one is on its way while this one is worked on."""
    coming = eventlet.spawn(source.logged_events, "", PAGE)
    while (page := coming.wait())["after"] is not None:
        coming = eventlet.spawn(source.logged_events, page["after"], PAGE)
        yield page["events"]


def _teller(projections: Projections) -> Callable[..., None]:
    def tell(**known: Any) -> None:
        projections.tell({**known, "at": _now()})

    return tell


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
