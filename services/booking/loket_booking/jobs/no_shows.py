"""Mark visitors who did not check in as no-shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import structlog

from loket_contracts.errors import Refusal

from ..commands.lifecycle import LifecycleCommands
from ..commands.ports import Clock
from ..commands.request import Request
from ..domain.appointment import TRANSITIONS
from ..domain.grid import local_date
from ..store.cards import Cards
from ..store.configurations import Configurations
from ..store.day_view import DayView

log = structlog.get_logger()


@dataclass(frozen=True)
class NoShows:
    cards: Cards
    configurations: Configurations
    days: DayView
    lifecycle: LifecycleCommands
    clock: Clock

    def mark_no_shows(self) -> int:
        """Mark visitors who are expected on site and did not check in, if the municipality has `no_show_minutes`.

        Returns their number.
        """
        marked = 0
        for calendar in self.configurations.all():
            known = calendar.municipality
            if known.no_show_minutes is None:
                continue
            now = self.clock()
            today = local_date(now, known.time_zone)
            latest = now - dt.timedelta(minutes=known.no_show_minutes)
            expected = self.days.appointments(
                known.id, today - dt.timedelta(days=1), today, TRANSITIONS["check_in"].sources
            )
            missing = [each.id for each in expected if each.channel == "on_site" and each.start <= latest]
            cards = self.cards.get_all(missing)
            for identifier in missing:
                if identifier not in cards:
                    continue
                try:
                    self.lifecycle.apply_command(cards[identifier], "no_show", Request(by="system"), "no-word")
                    marked += 1
                except Refusal as refusal:  # changed by a concurrent request
                    log.info("not marked as a no-show", appointment=identifier, code=refusal.code)
        return marked
