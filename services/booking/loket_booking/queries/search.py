"""Finding a visit by who comes: for staff by name or reference, for who arrives by what they type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from loket_contracts.errors import Refusal

from ..commands.request import Request
from ..context import Stores
from ..domain import names
from ..domain.grid import local_date
from ..store.cards import Card
from .appointments import find_card_by_id_or_reference
from .day import summary

MAX_FOUND = 50
#: visits that are over so long are not found by name
PAST = dt.timedelta(days=60)


def find(
    stores: Stores, municipality: str, text: str, teams: Sequence[str] | None, request: Request
) -> list[dict[str, Any]]:
    """The visits of one of these teams with this reference, or of who has a name with words that begin so.

    The look is recorded. The soonest to come are first, then the latest that were.
    Raises Refusal: unknown-municipality.
    """
    known = stores.configurations.calendar(municipality).municipality
    now = stores.now()
    stores.audit.note(municipality, request.actor, "read", now, detail="search by name or reference")
    today = local_date(now, known.time_zone)
    try:
        cards = [find_card_by_id_or_reference(stores, municipality, text)]
    except Refusal:
        words = names.words(text)
        cards = stores.cards.named(municipality, words, today - PAST, MAX_FOUND) if words else []
    found = []
    for card in cards:
        claim = stores.agendas.find_claim(card.agenda, card.id)
        if claim is not None and (teams is None or claim[0].team in teams):
            found.append({**summary(known, claim[0], card, now), "appointment": card.id})
    to_come = [each for each in found if each["start"][:10] >= today.isoformat()]
    past = [each for each in found if each["start"][:10] < today.isoformat()]
    return sorted(to_come, key=lambda each: str(each["start"])) + past[::-1]


def arrivals(stores: Stores, municipality: str, location: str, text: str) -> list[dict[str, Any]]:
    """Today's appointments at a location of who types this reference, or their whole name: at least two words of it.

    Told is no more than is needed to choose: `{appointment, reference, start, shown}`, with the name cut short.
    Raises Refusal: unknown-municipality, unknown-location.
    """
    known = stores.configurations.calendar(municipality).municipality
    if location not in known.locations:
        raise Refusal("unknown-location", {"location": location})
    today = local_date(stores.now(), known.locations[location].time_zone)
    expected = {
        each.id: each
        for each in stores.days.appointments(municipality, today, today, ("booked", "checked_in"))
        if each.location == location
    }
    reference, words = _as_reference(text), set(names.words(text))
    return [
        {
            "appointment": card.id,
            "reference": card.reference,
            "start": expected[card.id].local(expected[card.id].start),
            "shown": _cut_short(card),
        }
        for card in sorted(stores.cards.get_all(expected).values(), key=lambda each: expected[each.id].start)
        if _as_reference(card.reference) == reference or (len(words) > 1 and words.issubset(card.name_words))
    ]


def why_not_expected(stores: Stores, municipality: str, location: str, text: str) -> dict[str, Any] | None:
    """Why `arrivals` does not list the appointment with this reference; None when there is none. A name tells nothing.

    Returns `{reason, start, location}`: `reason` is cancelled, no_show, later, past, elsewhere or done; `location` is
    the code of its own one. Raises Refusal: unknown-municipality, unknown-location.
    """
    known = stores.configurations.calendar(municipality).municipality
    if location not in known.locations:
        raise Refusal("unknown-location", {"location": location})
    typed = _as_reference(text)
    card = stores.cards.by_reference(municipality, f"{typed[:4]}-{typed[4:]}")
    found = card and stores.agendas.find_claim(card.agenda, card.id)
    if not found:
        return None
    appointment = found[0]
    today = local_date(stores.now(), appointment.time_zone)
    on = local_date(appointment.start, appointment.time_zone)
    if appointment.state in ("cancelled", "no_show"):
        reason = appointment.state
    elif appointment.state not in ("booked", "checked_in"):
        reason = "done"
    elif on != today:
        reason = "later" if on > today else "past"
    else:
        reason = "elsewhere"
    start = appointment.local(appointment.start)
    return {"reason": reason, "start": start, "location": appointment.location}


def _as_reference(text: str) -> str:
    """As people type it: with or without its line, in any case, and with the letters that look like figures."""
    return "".join(each for each in text.upper() if each.isalnum()).translate(str.maketrans("OIL", "011"))


def _cut_short(card: Card) -> str:
    first, *others = (card.contact.get("name") or "?").split()
    return " ".join([first, *(f"{each[0]}." for each in others)])
