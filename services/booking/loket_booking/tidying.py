"""What booking forgets by itself: cards that a crash left behind, and people whose visit is long past."""

from __future__ import annotations

import datetime as dt

import structlog

from .bootstrap import Stores
from .domain.grid import local_date

#: a card without a claim that is older than this belongs to no request that still runs
LEFT_BEHIND_AFTER = dt.timedelta(minutes=10)
BATCH = 1000
log = structlog.get_logger()


def forget_left_behind(stores: Stores) -> int:
    """Delete the cards whose booking never came to its claim. Returns how many.

    It goes on where the last look ended, whichever instance took it; two at once delete the same.
    """
    until = stores.now() - LEFT_BEHIND_AFTER
    forgotten = 0
    while cards := stores.cards.made_between(stores.cards.looked_until(), until, BATCH):
        claimed = stores.agendas.claimed({card.agenda for card in cards})
        for card in cards:
            if card.id not in claimed:
                stores.cards.remove(card)
                forgotten += 1
        stores.cards.looked(cards[-1].created_at)
    if forgotten:
        log.info("cards without a claim deleted", count=forgotten)
    return forgotten


def forget_past_visits(stores: Stores) -> int:
    """Delete the cards of visits whose retention is over, municipality by municipality. Returns how many."""
    forgotten = 0
    for calendar in stores.configurations.all():
        municipality = calendar.municipality
        today = local_date(stores.now(), municipality.time_zone)
        first_kept = today - dt.timedelta(days=municipality.retention_days)
        forgotten += stores.cards.forget_visits_before(municipality.id, first_kept)
    if forgotten:
        log.info("cards past their retention deleted", count=forgotten)
    return forgotten
