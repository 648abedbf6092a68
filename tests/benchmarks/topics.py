"""The search of topics alone: what it costs to index a municipality with many topics, and to search it."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from rich.table import Table

from loket_gateway.topic_search.index import index_of
from loket_gateway.topic_search.thesaurus import groups

TOPICS = (15, 60, 200)
REPEATS = 7
PHRASES = (
    "boom kappen", "ik wil een boom laten kappen wat moet ik doen", "omgevingsverguning", "x" * 80,
    "verkavelign zwmebad isolatei schimmle dakapel zonepannelen regularisaite openbaar onderzeok notarsi leegstnad",
)  # fmt: skip


def topics(number: int) -> list[dict[str, Any]]:
    """Topics of all services of a municipality, several of each."""
    titles = [phrase for rank in range(12) for group in groups() for phrase in group.phrases[rank : rank + 1]]
    return [
        {"id": f"t{at}", "name": {language: text}, "description": {}, "category": {}, "keywords": []}
        for at, (language, text) in enumerate(islice(titles, number))
    ]


def milliseconds(run: Callable[[], object]) -> tuple[float, float]:
    """The first run, and the best one."""
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        run()
        took.append((time.perf_counter() - began) * 1000)
    return took[0], min(took)


def topic_search() -> Table:
    table = Table("topics", "", "first, ms", "best, ms", title="search of topics, the index alone")
    for number in TOPICS:
        offered = topics(number)
        index = index_of(offered)
        cases: list[tuple[str, Callable[[], object]]] = [("index", lambda offered=offered: index_of(offered))]  # type: ignore[misc]
        cases += [(text[:40], lambda index=index, text=text: index.find(text, "nl")) for text in PHRASES]  # type: ignore[misc]
        for name, run in cases:
            first, best = milliseconds(run)
            table.add_row(str(number), name, f"{first:.2f}", f"{best:.2f}")
    return table


if __name__ == "__main__":
    from rich.console import Console

    Console().print(topic_search())
