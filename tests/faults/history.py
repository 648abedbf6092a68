"""The commands and answers of clients: one JSON line when a command is sent, and one when its outcome is known."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

#: how the code of an answer begins that is no problem document
NOT_JSON = "not JSON"
Outcome = Literal["ok", "refused", "unavailable", "unknown"]


@dataclass(frozen=True)
class Effect:
    """What a command changes. A repeat of the command has the same effect, which may happen once.

    `contact`: the address of the resident, unique to one booking. `start`: the new start of an appointment, in UTC.
    """

    command: Literal["book", "reschedule", "cancel"]
    contact: str
    start: str = ""


@dataclass(frozen=True)
class Attempt:
    """One request and its outcome.

    ok: it was carried out. refused: a problem other than 503. unavailable: 503 with `service-unavailable`, or no
    gateway accepted the connection. unknown: 503 with `outcome-unknown`, or no answer. `code`: of the problem.
    `answered` is infinite without an answer.
    """

    effect: Effect
    invoked: float
    answered: float
    outcome: Outcome
    code: str = ""
    appointment: str = ""


class History:
    """Appends to a file of JSON lines, from many threads."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file.open("a", buffering=1, encoding="utf-8")
        self._lock, self._clock, self._last = threading.Lock(), clock, 0

    def invoke(self, effect: Effect) -> int:
        """Record that a command is sent. Return its number."""
        with self._lock:
            self._last += 1
            self._write({"number": self._last, "at": self._clock(), "invoked": asdict(effect)})
            return self._last

    def complete(self, number: int, outcome: Outcome, code: str = "", appointment: str = "") -> None:
        with self._lock:
            self._write({"number": number, "at": self._clock(), "outcome": outcome, "code": code,
                         "appointment": appointment})  # fmt: skip

    def close(self) -> None:
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(f"{json.dumps(line)}\n")


def read(lines: Iterable[str]) -> list[Attempt]:
    """The attempts of a history, in the order of their invocation. One without an answer has an unknown outcome."""
    sent: dict[int, Attempt] = {}
    for line in map(json.loads, lines):
        number, at = line["number"], line["at"]
        if "invoked" in line:
            sent[number] = Attempt(Effect(**line["invoked"]), at, float("inf"), "unknown", "no answer")
        else:
            first = sent[number]
            sent[number] = Attempt(first.effect, first.invoked, at, line["outcome"], line["code"], line["appointment"])
    return list(sent.values())
