"""What becomes of one message that is due: sent, failed, suppressed, or to be tried again."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from prometheus_client import Counter

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.telephone import may_be_mobile

from ..channels.base import Declined, NotSent, Refused, Unknown
from ..channels.providers import Providers
from ..domain.card import ContactCard
from ..domain.expiry import why_pointless
from ..domain.kinds import EMAIL, KINDS, SMS, Kind
from ..domain.planning import Plan, PlannedMessage, instead
from ..domain.retries import next_try
from ..domain.segments import Cut, cut
from ..domain.timing import outside
from ..store.messages import Claimed, Messages
from ..store.plans import Plans
from ..store.suppressions import OPTED_OUT, UNREACHABLE, Unwanted
from ..store.write_batcher import Together, Write
from . import render

log = structlog.get_logger()

UNCERTAIN = Counter("loket_messages_uncertain_total", "Messages that may have left without our knowing", ["channel"])

#: a message that may have left without our knowing is sent once more and no oftener
MAX_UNCERTAIN = 1
#: after so many failures of our own making a message is given up
MAX_MISTAKES = 6
#: a message that providers decline is shown to them so often, so long apart (seconds)
MAX_DECLINED = 4
DECLINED_FOR = 300.0


@dataclass(frozen=True)
class Needs:
    """What sending needs.

    `ahead`: writes that need not wait for the disk. `announce` tells the outbox relay of an event that a write has put
    in an outbox.
    """

    messages: Messages
    together: Together
    ahead: Together
    plans: Plans
    unwanted: Unwanted
    providers: Providers
    announce: Callable[[str, Any, list[Event]], None]
    public_url: str
    most_segments: int
    now: Callable[[], dt.datetime]
    chance: Callable[[], float] = random.random


@dataclass
class Known:
    """What was looked up for a whole batch: counts of today and who wants none, by (mark, channel)."""

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    unwanted: Mapping[tuple[str, str], str] = field(default_factory=dict)


def send(needs: Needs, claimed: Claimed, given: Mapping[str, Any] | Refusal, known: Known) -> str:
    """Bring the message as far as it comes now, and return its state. `given`: the contact card, or why there is none.

    Nothing is raised for what can go wrong with one message; a database that is away is.
    """
    try:
        return _send(needs, claimed, given, known)
    except NotSent as error:
        return _not_sent(needs, claimed, error)
    except Exception:
        log.exception("message could not be sent, by a mistake of ours", message=claimed.message.id)
        if claimed.attempts >= MAX_MISTAKES:
            return _settle(needs, claimed, "failed", "a mistake of ours")
        return _again(needs, claimed, "a mistake of ours")


def _send(needs: Needs, claimed: Claimed, given: Mapping[str, Any] | Refusal, known: Known) -> str:
    message, now = claimed.message, needs.now()
    if claimed.uncertain > MAX_UNCERTAIN:
        return _settle(needs, claimed, "failed", "it may have been sent twice already")
    if isinstance(given, Refusal):
        if given.code == "appointment-not-found":
            return _settle(needs, claimed, "suppressed", given.code)
        return _again(needs, claimed, given.code)
    card, kind = ContactCard.read(given), KINDS[message.kind]
    plan = needs.plans.of(message.municipality)
    if pointless := why_pointless(message, card, now):
        return _settle(needs, claimed, "suppressed", pointless)
    if (later := _when_awake(message, plan, now)) != now:
        if later is None:
            return _settle(needs, claimed, "suppressed", "it would wake somebody")
        return _again(needs, claimed, "quiet hours", later)
    address, person = _whom(kind, message, card)
    if not address:
        return _settle(needs, claimed, "suppressed", f"no {message.channel} address", person=person)
    why = known.unwanted.get((person, message.channel))
    if why == UNREACHABLE or (why == OPTED_OUT and (message.channel == SMS or not kind.necessary)):
        return _settle(needs, claimed, "suppressed", why, person=person)
    counted = (person, message.channel)
    if person and known.counts.get(counted, 0) >= plan.most_per_day[message.channel]:
        log.error("a person would get too many messages today", message=message.id, channel=message.channel)
        return _settle(needs, claimed, "suppressed", "too many today")
    ready = render.make(message, card, address, plan, needs.public_url, now)
    size = cut(ready.text) if message.channel == SMS else None
    if size and size.segments > needs.most_segments:
        return _settle(needs, claimed, "failed", f"{size.segments} segments are too many")
    known.counts[counted] = known.counts.get(counted, 0) + 1
    needs.ahead.write([needs.messages.begun(claimed)])
    try:
        provider, provider_id = needs.providers.send(message.channel, ready)
    except Refused as error:
        if error.unreachable and person:
            needs.unwanted.add(message.municipality, person, message.channel, UNREACHABLE, now)
            log.info("an address is barred for a while", message=message.id, channel=message.channel)
        raise
    return _settle(needs, claimed, "sent", "", provider, provider_id, person, size)


def _when_awake(message: PlannedMessage, plan: Plan, now: dt.datetime) -> dt.datetime | None:
    quiet = plan.quiet_hours if message.channel == SMS else None
    return outside(quiet, now, message.until, now, message.time_zone)


def _whom(kind: Kind, message: PlannedMessage, card: ContactCard) -> tuple[str | None, str]:
    """The address, and the mark of the person to count by; a team is nobody's mark. A land line takes no SMS."""
    if kind.to == "team":
        return card.team_email, ""
    if message.channel == EMAIL:
        return card.email, card.mark
    return (card.phone if card.phone and may_be_mobile(card.phone) else None), card.mark


def _not_sent(needs: Needs, claimed: Claimed, error: NotSent) -> str:
    declined = isinstance(error, Declined)
    if isinstance(error, Refused) or (declined and claimed.attempts >= MAX_DECLINED):
        return _settle(needs, claimed, "failed", error.reason)
    asked = error.after or (DECLINED_FOR if declined else None)
    return _again(needs, claimed, error.reason, asked=asked, may_have_left=isinstance(error, Unknown))


def _again(
    needs: Needs, claimed: Claimed, reason: str, at: dt.datetime | None = None, asked: float | None = None,
    may_have_left: bool = False,
) -> str:  # fmt: skip
    now = needs.now()
    wait = dt.timedelta(seconds=asked) if asked else None
    at = at or next_try(claimed.attempts, now, needs.chance(), wait)
    if at >= claimed.message.until:
        return _settle(needs, claimed, "failed", f"{reason}; another try would come too late")
    needs.together.write([needs.messages.again(claimed, at, now, reason, may_have_left)])
    if may_have_left:
        UNCERTAIN.labels(claimed.message.channel).inc()
    log.info("message will be tried again", message=claimed.message.id, reason=reason, attempts=claimed.attempts)
    return "planned"


def _settle(
    needs: Needs, claimed: Claimed, state: str, reason: str, provider: str = "", provider_id: str = "",
    person: str = "", size: Cut | None = None,
) -> str:  # fmt: skip
    message, now = claimed.message, needs.now()
    event = None
    if state in ("sent", "failed"):
        event = told(message, state, 1 + 2 * claimed.times, now, reason, claimed.traceparent)
    counted = person if state == "sent" else ""
    writes: list[Write] = [
        needs.messages.settled(claimed, state, now, reason, event, provider, provider_id, counted, size)
    ]
    if state != "sent" and message.otherwise and now < message.until:
        writes += [
            needs.messages.planned(instead(message, channel, now), now, claimed.traceparent)
            for channel in message.otherwise
            if channel != message.channel
        ]
    needs.together.write(writes)
    log.info("message settled", message=message.id, state=state, reason=reason, provider=provider)
    if event is not None:
        needs.announce(Messages.NAME, message.id, [event])
    return state


def told(
    message: PlannedMessage, state: str, sequence: int, now: dt.datetime, reason: str, traceparent: str | None
) -> Event:
    """The event that tells what became of a message."""
    data = {
        "message": message.id,
        "appointment": message.appointment,
        "template": message.kind,
        "channel": message.channel,
    }
    return events.make(
        f"notification.{state}",
        municipality=message.municipality,
        subject=message.id,
        sequence=sequence,
        time=now,
        data={**data, "reason": reason} if state == "failed" else data,
        traceparent=traceparent,
    )
