"""Rebuild all facts and counts from the event logs, into a new projection that then replaces the old one.

Meanwhile live events are applied to both. The rebuild runs in the background of one process; every process can report
its progress.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import eventlet
import structlog

from loket_chassis.runtime.cooperative import cooperatively
from loket_chassis.runtime.worker import Spawn
from loket_contracts.envelope import Event
from loket_contracts.events import upcast
from loket_contracts.rpc.reporting.answers import RebuildProgress
from loket_contracts.rpc.service import EventSource

from ..domain.facts import KIND_OF
from ..domain.periods import first_day, part_of
from ..store.projections import Projection, Projections
from .rollup import recount_all

PAGE = 1000
#: a rebuild without a heartbeat for this long has died with its process
SILENT = dt.timedelta(seconds=60)
log = structlog.get_logger()


def start(projections: Projections, sources: Sequence[EventSource], spawn: Spawn) -> bool:
    """Start a rebuild in the background and return True, or False when one is running already."""
    if not projections.claim_rebuild(_now(), SILENT):
        return False
    spawn(lambda: _run(projections, sources), identifier="rebuild")
    return True


def progress(projections: Projections) -> RebuildProgress:
    """The progress of the last rebuild. One without a heartbeat has died."""
    known = projections.progress()
    at, has_died = known.at, known.state == "running" and known.at is not None and known.at < _now() - SILENT
    shown: RebuildProgress = {
        "state": "died" if has_died else known.state,
        "at": at.isoformat() if at else None,
        "events": known.events,
        "of": known.of,
        "days": known.days,
    }
    return shown if known.why is None else {**shown, "why": known.why}


def _run(projections: Projections, sources: Sequence[EventSource]) -> None:
    report = _progress_reporter(projections)
    try:
        fresh = projections.begin()
        rebuild(fresh, sources, report)
        used = projections.swap(fresh)
        report(state="done" if used else "overtaken")
    except Exception as error:
        log.exception("rebuild failed; the old figures stay in use")
        report(state="failed", why=type(error).__name__)


def rebuild(fresh: Projection, sources: Sequence[EventSource], report: Callable[..., None]) -> None:
    """Fill a projection from the event logs of `sources`.

    All facts are made first, and then counted month by month. Live events, which mark the days that they change, reach
    the same facts meanwhile; these days are recounted at the end.
    """
    report(of=sum(source.count_events() for source in sources))
    events, days = 0, set[tuple[str, str]]()
    for source in sources:
        for page in _pages(source):
            events_of_page = [upcast(Event.from_log(each)) for each in cooperatively(page)]
            days |= fresh.facts.apply_all([each for each in events_of_page if each.name in KIND_OF], mark=False)
            events += len(events_of_page)
            report(events=events)
    _count(fresh, days, lambda counted: report(days=counted))


def _count(fresh: Projection, days: Iterable[tuple[str, str]], on_progress: Callable[[int], Any]) -> None:
    """Count the years of these days, by (municipality, day), and then the days that live events have marked."""
    counted = 0
    years = Counter((municipality, part_of(first_day(day), "year")) for municipality, day in days)
    for (municipality, year), number in sorted(years.items()):
        fresh.counting.count_year(municipality, year)
        counted += number
        on_progress(counted)
    recount_all(fresh, lambda more: on_progress(counted + more))


def _pages(source: EventSource) -> Iterator[list[str]]:
    """The events of a log, page by page; the next one is fetched while this one is processed."""
    coming = eventlet.spawn(source.logged_events, "", PAGE)
    while (page := coming.wait())["after"] is not None:
        coming = eventlet.spawn(source.logged_events, page["after"], PAGE)
        yield page["events"]


def _progress_reporter(projections: Projections) -> Callable[..., None]:
    def report(**known: Any) -> None:
        projections.report_progress(**known, at=_now())

    return report


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
