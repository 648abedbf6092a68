"""Each kind of violation is planted, and the checker finds that one alone."""

import dataclasses
import json

import pytest

from .checker import Claim, Final, LoggedEvent, Message, judge, longest_outage
from .history import Attempt, Effect, History, read

AT_NINE, AT_TEN = "2031-05-05T09:00:00+00:00", "2031-05-05T10:00:00+00:00"
BOOK, BOOK_TOO = Effect("book", "one@example.org"), Effect("book", "two@example.org")
MOVE, CANCEL = Effect("reschedule", "one@example.org", AT_TEN), Effect("cancel", "two@example.org")


def attempt(effect, outcome="ok", at=1.0, appointment=""):
    return Attempt(effect, at - 0.5, at, outcome, "", appointment)


HISTORY = [attempt(BOOK, appointment="a"), attempt(BOOK_TOO, appointment="b"), attempt(MOVE), attempt(CANCEL)]
FINAL = Final(
    contacts={"a": "one@example.org", "b": "two@example.org", "c": "three@example.org"},
    claims=[Claim("p-1", "a", 10, 16), Claim("p-1", "b", 12, 18, live=False), Claim("p-2", "a", 10, 16)],
    histories={"a": ["book", "reschedule"], "b": ["book", "cancel"]},
    events=[
        LoggedEvent("a", 1, "book", AT_NINE), LoggedEvent("b", 1, "book", AT_NINE),
        LoggedEvent("a", 2, "reschedule", AT_TEN), LoggedEvent("b", 2, "cancel", AT_NINE),
    ],
    messages=[
        Message("a", 1, "confirmation", "email", "suppressed"), Message("b", 1, "confirmation", "email", "sent"),
        Message("a", 2, "reschedule", "email", "sent", uncertain=1), Message("b", 2, "cancellation", "email", "sent"),
    ],
    mails=["b.1.confirmation.email@loket", *["a.2.reschedule.email@loket"] * 2, "b.2.cancellation.email@loket"],
    figures={"appointments": 2, "booked": 1, "cancelled": 1, "reschedules": 1},
)  # fmt: skip


def final(**changes):
    return dataclasses.replace(FINAL, **changes)


def rules(history, state):
    return {each.rule for each in judge(history, state).violations}


def test_a_history_that_the_state_agrees_with_has_no_violation():
    verdict = judge(HISTORY, FINAL)
    assert (verdict.violations, verdict.accepted, verdict.mails_doubled) == ([], 4, 1)


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        ("overlap", final(claims=[*FINAL.claims, Claim("p-1", "c", 15, 20)])),
        ("overlap", final(claims=[*FINAL.claims, Claim("p-1", "c", 5, 30), Claim("p-1", "d", 18, 19)])),
        ("left", final(left={"outbox of agendas": 1})),
        ("process", final(changed_processes=["reporting-1"])),
        ("figures", final(figures={**FINAL.figures, "booked": 2})),
        ("figures", final(figures={})),
        ("event log", final(histories={**FINAL.histories, "c": ["book"]})),
        ("message", final(messages=[*FINAL.messages, Message("a", 3, "reschedule", "email", "suppressed")])),
        ("message", final(messages=FINAL.messages[1:])),
        ("mail lost", final(mails=FINAL.mails[1:])),
        ("mail lost", final(messages=[*FINAL.messages[:3], Message("b", 2, "cancellation", "email", "planned")],
                            mails=FINAL.mails[:3])),
        ("mail doubled", final(mails=[*FINAL.mails, "b.1.confirmation.email@loket"])),
    ],
)  # fmt: skip
def test_a_planted_violation_of_the_state_is_found(rule, state):
    assert rules(HISTORY, state) == {rule}


def test_a_confirmed_effect_that_is_not_in_the_event_log_is_lost():
    verdict = judge([*HISTORY, attempt(Effect("reschedule", "one@example.org", AT_NINE))], FINAL)
    assert (verdict.lost, verdict.doubled, verdict.ghosts) == (1, 0, 0)


def test_an_effect_that_is_in_the_event_log_twice_is_doubled():
    events = [*FINAL.events, LoggedEvent("a", 3, "reschedule", AT_TEN)]
    verdict = judge(HISTORY, final(events=events))
    assert (verdict.lost, verdict.doubled, verdict.ghosts) == (0, 1, 0)


def test_two_appointments_for_one_booking_are_doubled():
    assert judge([*HISTORY, attempt(BOOK, appointment="z")], FINAL).doubled == 1


@pytest.mark.parametrize("outcome", ["refused", "unavailable"])
def test_a_refused_effect_in_the_event_log_is_a_ghost(outcome):
    history = [attempt(MOVE, outcome) if each.effect == MOVE else each for each in HISTORY]
    verdict = judge(history, FINAL)
    assert (verdict.lost, verdict.doubled, verdict.ghosts) == (0, 0, 1)


def test_an_event_that_no_client_requested_is_a_ghost():
    assert judge(HISTORY[1:], FINAL).ghosts == 1


@pytest.mark.parametrize("done", [0, 1])
def test_an_effect_of_unknown_outcome_may_have_happened_once_or_not(done):
    events = FINAL.events if done else [*FINAL.events[:2], FINAL.events[3]]
    history = [attempt(MOVE, "unknown") if each.effect == MOVE else each for each in HISTORY]
    verdict = judge(history, final(events=events))
    assert (verdict.lost, verdict.doubled, verdict.ghosts, verdict.unknown) == (0, 0, 0, 1)


@pytest.mark.parametrize("code", ["internal-error", "not JSON: 502 Bad Gateway"])
def test_an_answer_that_explains_nothing_is_found(code):
    answer = dataclasses.replace(attempt(BOOK, "unknown"), code=code)
    assert rules([*HISTORY, answer], FINAL) == {"answer"}


def test_a_refused_repeat_after_an_unknown_outcome_is_no_ghost():
    history = [
        *(each for each in HISTORY if each.effect != MOVE),
        attempt(MOVE, "unknown"),
        attempt(MOVE, "unavailable"),
    ]
    assert judge(history, FINAL).ghosts == 0


def test_the_longest_outage_lies_between_confirmations_or_before_the_last_answer():
    assert longest_outage([attempt(BOOK, at=at) for at in (1, 2, 6)]) == 4
    assert longest_outage([*(attempt(BOOK, at=at) for at in (1, 2)), attempt(MOVE, "unavailable", at=9)]) == 7
    assert longest_outage([attempt(BOOK, "unavailable")]) == float("inf")


def test_a_written_history_is_read_again_and_an_invocation_without_answer_is_unknown(tmp_path):
    times = iter([1.0, 2.0, 3.0])
    history = History(tmp_path / "history.jsonl", lambda: next(times))
    first, _ = history.invoke(BOOK), history.invoke(MOVE)
    history.complete(first, "ok", appointment="a")
    history.close()
    lines = (tmp_path / "history.jsonl").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2, 1]
    assert read(lines) == [
        Attempt(BOOK, 1.0, 3.0, "ok", "", "a"), Attempt(MOVE, 2.0, float("inf"), "unknown", "no answer"),
    ]  # fmt: skip
