"""Search of topics by prefixes of words, without case and accents."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any


def matching(text: str, kinds: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return topics with each word of `text` as a prefix, best first. A long word may also be inside a word."""
    asked = _words(text)
    ranked = [(rank, number) for number, kind in enumerate(kinds) if (rank := _rank(asked, kind)) is not None]
    return [kinds[number] for _, number in sorted(ranked)] if asked else []


def _rank(asked: Sequence[str], kind: dict[str, Any]) -> int | None:
    """Return 0 when the name or a keyword matches, more for other texts, None without a match."""
    named = _words(" ".join([kind["name"], *kind["keywords"]]))
    everything = named + _words(f"{kind['description']} {kind['category']}")
    if all(_is_in(each, named) for each in asked):
        return 0
    return 1 if all(_is_in(each, everything) for each in asked) else None


def _is_in(asked: str, words: Sequence[str]) -> bool:
    # for compounds: `vergunning` finds `bouwvergunning`
    return any(word.startswith(asked) or (len(asked) > 3 and asked in word) for word in words)


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W_]+", "".join(each for each in plain if not unicodedata.combining(each)))
