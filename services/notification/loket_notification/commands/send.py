"""Send one message that is due, and record its outcome: sent, failed, suppressed or retried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from prometheus_client import Counter

from loket_chassis.runtime.unavailable import is_database_unavailable
from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.answers import ContactCardDocument
from loket_contracts.telephone import may_be_mobile

from ..channels.base import Declined, NotSent, Refused, Unknown
from ..context import Context
from ..domain.card import ContactCard
from ..domain.expiry import obsolete_reason
from ..domain.kinds import CHANNELS, EMAIL, KINDS, SMS, Kind
from ..domain.planning import Plan, PlannedMessage, fallback_message
from ..domain.retries import next_try
from ..domain.segments import Cut, cut
from ..domain.timing import outside_quiet_hours
from ..store.messages import Claimed, Messages
from ..store.suppressions import OPTED_OUT, UNREACHABLE
from ..store.write_batcher import Write
from . import render

log = structlog.get_logger()

UNCERTAIN = Counter(
    "loket_messages_uncertain_total", "Messages that may have been sent without confirmation", ["channel"]
)
for _channel in CHANNELS:
    UNCERTAIN.labels(_channel)  # at 0 from the start, so that an alert sees the first one

#: a message that may have been sent is sent at most this many times more
MAX_UNCERTAIN = 1
#: attempts after which a message that fails by an internal error is given up
MAX_MISTAKES = 6
#: attempts for a message that providers decline, and the seconds between them
MAX_DECLINED = 4
DECLINED_FOR = 300.0


@dataclass
class BatchLookup:
    """What was looked up for a whole batch of messages, by (mark, channel).

    `counts`: the messages of the last 24 hours to this mailbox or number. `suppressed`: why this person gets none.
    """

    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    suppressed: Mapping[tuple[str, str], str] = field(default_factory=dict)


def send(context: Context, claimed: Claimed, answer: ContactCardDocument | Refusal, lookup: BatchLookup) -> str:
    """Send the message if possible, and return its state. `answer`: of booking, the contact card or a refusal.

    Errors of one message are handled here; an unavailable database raises.
    """
    try:
        return _send(context, claimed, answer, lookup)
    except NotSent as error:
        return _not_sent(context, claimed, error)
    except Exception as error:
        if is_database_unavailable(error):
            raise
        log.exception("message could not be sent: internal error", message=claimed.message.id)
        if claimed.message.attempts >= MAX_MISTAKES:
            return _settle(context, claimed, "failed", "internal error")
        return _retry(context, claimed, "internal error")


def _send(context: Context, claimed: Claimed, answer: ContactCardDocument | Refusal, lookup: BatchLookup) -> str:  # noqa: C901
    message, now = claimed.message, context.now()
    if claimed.message.uncertain > MAX_UNCERTAIN:
        return _settle(context, claimed, "failed", "it may have been sent twice already")
    if isinstance(answer, Refusal):
        if answer.code == "appointment-not-found":
            return _settle(context, claimed, "suppressed", answer.code)
        return _retry(context, claimed, answer.code)
    card, kind = ContactCard.read(answer), KINDS[message.kind]
    plan = context.plans.of(message.municipality)
    if obsolete := obsolete_reason(message, card, now):
        return _settle(context, claimed, "suppressed", obsolete)
    if (later := _after_quiet_hours(message, plan, now)) != now:
        if later is None:
            return _settle(context, claimed, "suppressed", "it would wake somebody")
        return _retry(context, claimed, "quiet hours", later)
    address, person = _recipient(kind, message, card)
    if kind.to == "resident" and not kind.is_code and card.informed_by:
        agreed = (SMS,) if card.informed_by == SMS else ()
        if message.channel not in agreed:
            reason = f"informed by {card.informed_by}"
            return _settle(context, claimed, "suppressed", reason, person=person, otherwise=agreed)
    if not address:
        return _settle(context, claimed, "suppressed", f"no {message.channel} address", person=person)
    why = lookup.suppressed.get((person, message.channel))
    if why == UNREACHABLE or (why == OPTED_OUT and (message.channel == SMS or not kind.necessary)):
        return _settle(context, claimed, "suppressed", why, person=person)
    person = _counted_as(kind, message, card)
    counted = (person, message.channel)
    if person and lookup.counts.get(counted, 0) >= plan.most_per_day[message.channel]:
        log.error("daily limit of messages to one person reached", message=message.id, channel=message.channel)
        return _settle(context, claimed, "suppressed", "too many today")
    ready = render.make(message, card, address, plan, context.public_url, now)
    size = cut(ready.text) if message.channel == SMS else None
    if size and size.segments > context.max_segments:
        return _settle(context, claimed, "failed", f"{size.segments} segments are too many")
    lookup.counts[counted] = lookup.counts.get(counted, 0) + 1
    begun = context.progress_writes.write([context.messages.sending_begun(claimed, now)])
    if not begun.all_found and not context.messages.is_held(claimed):
        log.info("message was claimed by another process meanwhile", message=message.id)
        return "planned"
    try:
        provider, provider_id = context.providers.send(message.channel, ready)
    except Refused as error:
        if error.unreachable and person:
            context.suppressions.add(message.municipality, person, message.channel, UNREACHABLE, now)
            log.info("address suppressed as unreachable", message=message.id, channel=message.channel)
        raise
    return _settle(context, claimed, "sent", "", provider, provider_id, person, size)


def _after_quiet_hours(message: PlannedMessage, plan: Plan, now: dt.datetime) -> dt.datetime | None:
    quiet = plan.quiet_hours if message.channel == SMS and not KINDS[message.kind].is_code else None
    return outside_quiet_hours(quiet, now, message.until, now, message.time_zone)


def _recipient(kind: Kind, message: PlannedMessage, card: ContactCard) -> tuple[str | None, str]:
    """The address, and the mark of the person for counting, "" for a team. A landline gets no SMS."""
    if kind.to == "team":
        return card.team_email, ""
    if kind.to == "companion":
        companion = card.companion_of(message.kind, message.sequence)
        return (companion.email if companion else None), ""
    if message.channel == EMAIL:
        return card.email, card.mark
    return (card.phone if card.phone and may_be_mobile(card.phone) else None), card.mark


def _counted_as(kind: Kind, message: PlannedMessage, card: ContactCard) -> str:
    """The mark by which a message is counted: of the mailbox or number. "" for a team, and for a code.

    Strangers have codes sent, and booking limits them: they must not use up the messages of the resident.
    """
    if kind.is_code or kind.to == "team":
        return ""
    if kind.to == "companion":
        companion = card.companion_of(message.kind, message.sequence)
        return companion.destination if companion else ""
    return card.destinations.get(message.channel, card.mark)


def _not_sent(context: Context, claimed: Claimed, error: NotSent) -> str:
    declined = isinstance(error, Declined)
    if isinstance(error, Refused) or (declined and claimed.message.attempts >= MAX_DECLINED):
        return _settle(context, claimed, "failed", error.reason)
    retry_after = error.after or (DECLINED_FOR if declined else None)
    return _retry(context, claimed, error.reason, retry_after=retry_after, is_uncertain=isinstance(error, Unknown))


def _retry(
    context: Context, claimed: Claimed, reason: str, at: dt.datetime | None = None, retry_after: float | None = None,
    is_uncertain: bool = False,
) -> str:  # fmt: skip
    now = context.now()
    wait = dt.timedelta(seconds=retry_after) if retry_after else None
    at = at or next_try(claimed.message.attempts, now, context.random(), wait)
    if at >= claimed.message.until:
        return _settle(context, claimed, "failed", f"{reason}; another try would come too late")
    context.writes.write([context.messages.retried(claimed, at, now, reason, is_uncertain)])
    if is_uncertain:
        UNCERTAIN.labels(claimed.message.channel).inc()
    log.info("message will be retried", message=claimed.message.id, reason=reason, attempts=claimed.message.attempts)
    return "planned"


def _settle(
    context: Context, claimed: Claimed, state: str, reason: str, provider: str = "", provider_id: str = "",
    person: str = "", size: Cut | None = None, otherwise: tuple[str, ...] | None = None,
) -> str:  # fmt: skip
    """Record the outcome. `otherwise`: the channels to try instead, when not those of the message."""
    message, now = claimed.message, context.now()
    event = None
    if state in ("sent", "failed"):
        event = outcome_event(message, state, 1 + 2 * claimed.message.times, now, reason, claimed.message.traceparent)
    counted = person if state == "sent" else ""
    writes: list[Write] = [
        context.messages.settled(claimed, state, now, reason, event, provider, provider_id, counted, size)
    ]
    otherwise = message.otherwise if otherwise is None else otherwise
    if state != "sent" and otherwise and now < message.until:
        writes += [
            context.messages.planned(fallback_message(message, channel, now), now, claimed.message.traceparent)
            for channel in otherwise
            if channel != message.channel
        ]
    if state == "sent":
        # it has left: without this record it would leave once more
        context.writes.write_until_done(writes)
    else:
        context.writes.write(writes)
    log.info("message settled", message=message.id, state=state, reason=reason, provider=provider)
    if event is not None:
        context.announce(Messages.NAME, message.id, [event])
    return state


def outcome_event(
    message: PlannedMessage, state: str, sequence: int, now: dt.datetime, reason: str, traceparent: str | None
) -> Event:
    """The event about the outcome of a message."""
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
