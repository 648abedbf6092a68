"""Compare the answers that clients got with what the system holds afterwards. Pure: no server, no clock."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .history import NOT_JSON, Attempt, Effect

#: the message that follows each event of an appointment
MESSAGE_OF = {"book": "confirmation", "reschedule": "reschedule", "cancel": "cancellation"}


@dataclass(frozen=True)
class Claim:
    """A stretch of a day's agenda, in cells, that an appointment occupies. A cancelled one is not `live`."""

    agenda: str
    appointment: str
    start: int
    end: int
    live: bool = True


@dataclass(frozen=True)
class LoggedEvent:
    """An event of an appointment in the event log. `command`: the one that caused it. `start`: in UTC."""

    appointment: str
    sequence: int
    command: str
    start: str


@dataclass(frozen=True)
class Message:
    """A planned message. `uncertain`: how often it may have been sent without confirmation."""

    appointment: str
    sequence: int
    kind: str
    channel: str
    state: str
    uncertain: int = 0

    @property
    def mail(self) -> str:
        """The Message-ID of its mail."""
        return f"{self.appointment}.{self.sequence}.{self.kind}.{self.channel}@loket"


@dataclass(frozen=True)
class Final:
    """The state after the faults, once it no longer changes.

    `contacts`: the address of each appointment's resident. `histories`: the commands of each stored appointment.
    `mails`: the Message-IDs that the mail server received. `left`: how much there is of what should be empty.
    `changed_processes`: those whose id differs although the fault did not hit them.
    """

    contacts: Mapping[str, str]
    claims: Sequence[Claim]
    histories: Mapping[str, Sequence[str]]
    events: Sequence[LoggedEvent]
    messages: Sequence[Message]
    mails: Sequence[str]
    figures: Mapping[str, int]
    left: Mapping[str, int] = field(default_factory=dict)
    changed_processes: Sequence[str] = ()


@dataclass(frozen=True)
class Violation:
    rule: str
    detail: str


@dataclass(frozen=True)
class Verdict:
    """`accepted`, `lost`, `doubled`, `ghosts`: effects. `mails_doubled`: mails beyond the first of each message.

    A lost effect was confirmed and is not in the event log. A doubled one is there more than once. A ghost was refused,
    or never asked for, and is there. `outage`: the longest time, in seconds, in which no client got a confirmation.
    """

    accepted: int
    unknown: int
    lost: int
    doubled: int
    ghosts: int
    mails_doubled: int
    outage: float
    violations: Sequence[Violation]


def judge(attempts: Sequence[Attempt], final: Final) -> Verdict:
    effects = list(_effects(attempts, final))
    violations = [
        *effects,
        *_answers(attempts),
        *_overlaps(final),
        *_stored_differently(final),
        *_messages(final),
        *_figures(final),
        *(Violation("left", f"{name}: {count}") for name, count in final.left.items() if count),
        *(Violation("process", name) for name in final.changed_processes),
    ]
    rules = Counter(each.rule for each in effects)
    mails = Counter(final.mails)
    ours = {message.mail for message in final.messages}
    outcomes = _by_effect(attempts)
    return Verdict(
        accepted=sum("ok" in each for each in outcomes.values()),
        unknown=sum("unknown" in each and "ok" not in each for each in outcomes.values()),
        lost=rules["lost"],
        doubled=rules["doubled"],
        ghosts=rules["ghost"],
        mails_doubled=sum(count - 1 for mail, count in mails.items() if mail in ours),
        outage=longest_outage(attempts),
        violations=violations,
    )


def longest_outage(attempts: Sequence[Attempt]) -> float:
    """The longest time without a confirmation, from the first one to the last answer."""
    confirmed = sorted(each.answered for each in attempts if each.outcome == "ok")
    if not confirmed:
        return float("inf")
    last = max(each.answered for each in attempts if each.answered != float("inf"))
    return max((after - before for before, after in itertools.pairwise([*confirmed, last])), default=0.0)


def _by_effect(attempts: Sequence[Attempt]) -> dict[Effect, set[str]]:
    outcomes: dict[Effect, set[str]] = defaultdict(set)
    for attempt in attempts:
        outcomes[attempt.effect].add(attempt.outcome)
    return outcomes


def _effects(attempts: Sequence[Attempt], final: Final) -> Iterator[Violation]:
    """Confirmed: once in the event log. Unknown: at most once. Only refused or unavailable: never."""
    done: Counter[Effect] = Counter()
    for event in final.events:
        contact = final.contacts.get(event.appointment, f"nobody, appointment {event.appointment}")
        done[Effect(event.command, contact, event.start if event.command == "reschedule" else "")] += 1  # type: ignore[arg-type]
    outcomes = _by_effect(attempts)
    for effect in outcomes.keys() | done.keys():
        told, times = outcomes.get(effect, set()), done[effect]
        if times > 1:
            yield Violation("doubled", f"{effect}: {times} times")
        if "ok" in told and not times:
            yield Violation("lost", f"{effect}")
        if times and not told & {"ok", "unknown"}:
            yield Violation("ghost", f"{effect}: {', '.join(sorted(told)) or 'never asked for'}")
    made: dict[Effect, set[str]] = defaultdict(set)
    for attempt in attempts:
        if attempt.outcome == "ok" and attempt.effect.command == "book":
            made[attempt.effect].add(attempt.appointment)
    for effect, identifiers in made.items():
        if len(identifiers) > 1:
            yield Violation("doubled", f"{effect}: appointments {', '.join(sorted(identifiers))}")


def _answers(attempts: Sequence[Attempt]) -> Iterator[Violation]:
    """A fault is answered with a problem that says whether to try again."""
    for attempt in attempts:
        if attempt.code == "internal-error" or attempt.code.startswith(NOT_JSON):
            yield Violation("answer", f"{attempt.effect}: {attempt.code}")


def _overlaps(final: Final) -> Iterator[Violation]:
    by_agenda: dict[str, list[Claim]] = defaultdict(list)
    for claim in final.claims:
        if claim.live:
            by_agenda[claim.agenda].append(claim)
    for agenda, claims in by_agenda.items():
        end, holder = 0, ""
        for claim in sorted(claims, key=lambda each: each.start):
            if claim.start < end:
                yield Violation("overlap", f"{agenda}: {holder} and {claim.appointment}")
            if claim.end > end:
                end, holder = claim.end, claim.appointment


def _stored_differently(final: Final) -> Iterator[Violation]:
    """The event log has the history of each stored appointment, in order, and no other."""
    logged: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for event in final.events:
        logged[event.appointment].append((event.sequence, event.command))
    for appointment in logged.keys() | final.histories.keys():
        expected = list(enumerate(final.histories.get(appointment, ()), 1))
        if sorted(logged[appointment]) != expected:
            yield Violation("event log", f"{appointment}: {sorted(logged[appointment])} is not {expected}")


def _messages(final: Final) -> Iterator[Violation]:
    wanted = Counter((each.appointment, each.sequence, MESSAGE_OF[each.command]) for each in final.events)
    planned = Counter((each.appointment, each.sequence, each.kind) for each in final.messages)
    for key in wanted.keys() | planned.keys():
        if planned[key] != min(wanted[key], 1):
            yield Violation("message", f"{key}: planned {planned[key]} times, for {wanted[key]} events")
    mails = Counter(final.mails)
    for message in final.messages:
        count = mails[message.mail]
        if message.state in ("sent", "delivered") and not count:
            yield Violation("mail lost", message.mail)
        if message.state not in ("sent", "delivered", "suppressed") and not count:
            yield Violation("mail lost", f"{message.mail}: {message.state}")
        if count > 1 + message.uncertain:
            yield Violation("mail doubled", f"{message.mail}: {count} times, {message.uncertain} of them uncertain")


def _figures(final: Final) -> Iterator[Violation]:
    commands = Counter(each.command for each in final.events)
    cancelled = len({each.appointment for each in final.events if each.command == "cancel"})
    appointments = len({each.appointment for each in final.events})
    expected = {
        "appointments": appointments,
        "booked": appointments - cancelled,
        "cancelled": cancelled,
        "reschedules": commands["reschedule"],
    }
    for name, count in expected.items():
        if final.figures.get(name) != count:
            yield Violation("figures", f"{name} is {final.figures.get(name)}, and {count} by the event log")
