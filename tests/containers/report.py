"""What a run measured, printed as it happens and as a summary at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Record:
    """Steps and facts, with the seconds since the start of the run."""

    began: float = field(default_factory=time.monotonic)
    steps: list[tuple[str, float]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Raises what the step raises, after a line that says which it was."""
        self.say(name)
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"FAILED: {name}")
            raise
        self.steps.append((name, time.monotonic() - began))

    def note(self, name: str, value: str) -> None:
        self.facts[name] = value
        self.say(f"  {name}: {value}")

    def summary(self) -> str:
        lines = [f"{'step':<60} seconds"]
        lines += [f"{name:<60} {seconds:7.1f}" for name, seconds in self.steps]
        lines += ["", *(f"{name}: {value}" for name, value in self.facts.items())]
        return "\n".join([*lines, f"all: {time.monotonic() - self.began:.0f} s"])
