"""What booking does by itself, every minute: keep promises that have a time, and forget what need not be known.

It runs in every instance; whatever is done twice is done once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import structlog

from loket_contracts.errors import Refusal

from ..commands import attachments, preparation, privacy, waiting_list
from ..commands.lifecycle import step
from ..commands.request import Request
from ..context import Announce, Stores
from ..domain import capacity
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..store.capacities import Capacities
from ..store.cards import Card
from . import availability_sampling

#: a card without a claim that is older than this belongs to no request that still runs
LEFT_BEHIND_AFTER = dt.timedelta(minutes=10)
BATCH = 1000
log = structlog.get_logger()


def tidy(stores: Stores, announce: Announce) -> None:
    """Every task; one that fails does not keep the others from their turn, and has its own again in a minute."""
    tasks: tuple[tuple[str, Callable[[], int]], ...] = (
        ("cards without a claim deleted", lambda: forget_left_behind(stores)),
        ("cards past their retention forgotten", lambda: forget_past_visits(stores)),
        ("erasures brought to their end", lambda: privacy.finish(stores, announce)),
        ("files of forms settled", lambda: attachments.settle_waiting(stores)),
        ("documents looked after", lambda: preparation.settle_duties(stores, announce)),
        ("visitors counted as missing", lambda: note_no_shows(stores, announce)),
        ("offers made from the waiting list", lambda: waiting_list.look_along(stores, announce)),
        ("capacities told", lambda: tell_capacity(stores, announce)),
        ("availability looked up", lambda: availability_sampling.sample(stores, announce)),
    )
    for what, task in tasks:
        try:
            done = task()
        except Exception:
            log.exception("could not be done; again in a minute", what=what)
            continue
        if done:
            log.info(what, count=done)


def forget_left_behind(stores: Stores) -> int:
    """Delete the cards whose booking never came to its claim. Returns how many.

    It goes on where the last look ended, whichever instance took it.
    """
    until = stores.now() - LEFT_BEHIND_AFTER
    forgotten = 0
    while True:
        since = stores.cards.looked_until()
        cards = stores.cards.made_between(since, until, BATCH)
        claimed = stores.agendas.claimed({card.agenda for card in cards})
        for card in cards:
            if card.id not in claimed:
                stores.cards.remove(card)
                forgotten += 1
        if not cards or cards[-1].created_at == since:
            return forgotten
        stores.cards.looked(cards[-1].created_at)


def forget_past_visits(stores: Stores) -> int:
    """Forget who came, once the retention of the visit's type is over: the shortest, of several. Returns how many."""
    forgotten = 0
    for calendar in stores.configurations.all():
        # the retention of a type holds for its visits also after the type was removed
        known = stores.configurations.including_removed(calendar.municipality.id)
        today = local_date(stores.now(), known.time_zone)
        own = [kind for kind in known.appointment_types.values() if kind.retention_days is not None]
        for kind in own:
            before = today - dt.timedelta(days=kind.retention_days or 0)
            forgotten += _forget(stores, known, before, [kind.id], False)
        before = today - dt.timedelta(days=known.retention_days)
        forgotten += _forget(stores, known, before, [kind.id for kind in own], True)
        stores.configurations.closures.forget_before(today - dt.timedelta(days=known.retention_days))
    stores.invitations.forget_before(stores.now() - dt.timedelta(days=30))
    return forgotten


def _forget(stores: Stores, known: Municipality, before: dt.date, types: list[str], others: bool) -> int:
    forgotten = 0
    while cards := stores.cards.past(known.id, before, types, others, BATCH):
        kept, gone = _parted(known, cards)
        stores.files.remove_all_of(card.id for card in cards)
        stores.feedback.forget([card.id for card in cards])
        for card in kept:
            stores.cards.pseudonymise(card, _answers_by_choice(known, card))
        stores.cards.forget(gone)
        forgotten += len(cards)
    return forgotten


def _parted(known: Municipality, cards: list[Card]) -> tuple[list[Card], list[Card]]:
    """Those of which the answers are kept, and those of which nothing is."""
    keep = {name for name, kind in known.appointment_types.items() if kind.pseudonymise}
    kept = [card for card in cards if card.types and keep.issuperset(card.types)]
    return kept, [card for card in cards if card not in kept]


def _answers_by_choice(known: Municipality, card: Card) -> dict[str, str]:
    """Answers in the resident's own words may name somebody; a choice cannot."""
    choices = {
        question.id
        for name in card.types
        for question in known.appointment_types[name].questions
        if question.kind == "choice"
    }
    return {name: text for name, text in card.answers.items() if name in choices}


def note_no_shows(stores: Stores, announce: Announce) -> int:
    """Count who was expected at a location and did not check in as missing, where the municipality wants that."""
    noted = 0
    for calendar in stores.configurations.all():
        known = calendar.municipality
        if known.no_show_minutes is None:
            continue
        now = stores.now()
        grace = dt.timedelta(minutes=known.no_show_minutes)
        today = local_date(now, known.time_zone)
        for appointment in stores.days.appointments(known.id, today - dt.timedelta(days=1), today, ("booked",)):
            card = stores.cards.get(appointment.id)
            if appointment.channel != "on_site" or appointment.start + grace > now or card is None:
                continue
            try:
                step(stores, announce, card, "no_show", Request(by="system"), "no-word")
                noted += 1
            except Refusal as refusal:  # somebody took a step at this very moment
                log.info("not counted as missing", appointment=appointment.id, code=refusal.code)
    return noted


def tell_capacity(stores: Stores, announce: Announce) -> int:
    """Tell what each resource-day offers, where that changed. Returns how many events there were."""
    told = 0
    for calendar in stores.configurations.all():
        known = calendar.municipality
        today = local_date(stores.now(), known.time_zone)
        days = max((kind.horizon for kind in known.appointment_types.values()), default=0) + 1
        before = stores.capacities.told(known.id, today)
        changes = list(capacity.changes(calendar, before, today, days, stores.now()))
        for first in range(0, len(changes), BATCH):
            batch = changes[first : first + BATCH]
            ids = {event.id: changed.id for changed, event in batch}
            for event in stores.capacities.keep_all(batch):
                announce(Capacities.NAME, ids[event.id], [event])
                told += 1
        stores.capacities.forget_before(today - dt.timedelta(days=31))
    return told
