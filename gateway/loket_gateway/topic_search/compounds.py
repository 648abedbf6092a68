"""Splitting of compounds, such as `boomkapvergunning`, into words that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator

#: the shortest part of a compound, and the shortest one when the rest is not known
SHORTEST, SHORTEST_ALONE = 3, 4
#: the shares of a compound that its beginning or its end must be when the rest is not known
LEAST_BEGINNING, LEAST_END = 0.5, 0.35
#: letters between two parts
LINKS = ("s", "n", "en", "e", "es", "er")


def parts(word: str, is_known: Callable[[str], bool]) -> list[tuple[str, float]]:
    """Return the known parts of a word with their shares of it. The shares add up to 1 when all of it is known."""
    splits = [
        (head, word[at:])
        for at in range(SHORTEST, len(word) - SHORTEST + 1)
        for head in _without_link(word[:at])
        if is_known(head) and is_known(word[at:])
    ]
    if splits:
        # the most equal split, as short words are inside many others
        head, tail = max(splits, key=lambda split: min(map(len, split)))
        whole = len(head) + len(tail)
        return [(head, len(head) / whole), (tail, len(tail) / whole)]
    alone = max(filter(is_known, _ends(word)), key=len, default=None)
    return [(alone, len(alone) / len(word))] if alone else []


def _without_link(head: str) -> Iterator[str]:
    yield head
    for link in LINKS:
        if head.endswith(link) and len(head) - len(link) >= SHORTEST:
            yield head.removesuffix(link)


def _ends(word: str) -> Iterator[str]:
    """Ends of a word, which say what it is, and longer beginnings."""
    for at in range(SHORTEST_ALONE, len(word)):
        if at >= len(word) * LEAST_BEGINNING:
            yield word[:at]
        if at >= len(word) * LEAST_END:
            yield word[-at:]
