"""The words of a name for the search index: without case, accents and hyphens, in each usual spelling."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

from anyascii import anyascii

#: the particles of a surname, which are written as one word with it or not: Van den Berghe, Vandenberghe
_PARTICLES = """
    aan auf aus bij d da dal dall de dei del dell della den der des di do dos du e el het in la le les lo los o op s t
    te ten ter thoe tot toe und uit v van vande vanden vander ver vom von vor y zu zum zur
"""
PARTICLES = frozenset(_PARTICLES.split())
#: letters that are written as two where a keyboard does not have them
_AS_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_WORD = re.compile(r"[^\W_]+")


def search_spellings(text: str) -> list[list[str]]:
    """The words of a name in each spelling, without repetitions.

    `Müller` gives muller and mueller; `D'Hondt` gives d and hondt, and dhondt. The first is that of `plain_words`.
    """
    spellings = [_words(text, fold) for fold in (_without_accents, _ascii, _ascii_with_two_letters)]
    return list(map(list, dict.fromkeys(tuple(each) for words in spellings for each in (words, join_particles(words)))))


def index_words(text: str) -> list[str]:
    """The words of all spellings, each once."""
    return list(dict.fromkeys(word for words in search_spellings(text) for word in words))


def is_same_person(typed: str, name: str) -> bool:
    """Whether the typed text is this name in some spelling, or at least two of its words besides particles."""
    known = index_words(name)
    return any(
        words and set(words) <= set(known) and (_identifies(words) or words in search_spellings(name))
        for words in search_spellings(typed)
    )


def _identifies(words: Iterable[str]) -> bool:
    return len([word for word in join_particles(words) if word not in PARTICLES]) > 1


def join_particles(words: Iterable[str]) -> list[str]:
    """The words, with each particle joined to the word after it."""
    joined, before = [], ""
    for word in words:
        before += word
        if word not in PARTICLES:
            joined.append(before)
            before = ""
    return list(dict.fromkeys([*joined, before] if before else joined))


def _words(text: str, fold: Callable[[str], str]) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(fold(text))))


def _without_accents(text: str) -> str:
    """What earlier releases stored."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in plain if not unicodedata.combining(each))


def _ascii(text: str) -> str:
    return anyascii(unicodedata.normalize("NFC", text)).casefold()


def _ascii_with_two_letters(text: str) -> str:
    return _ascii(unicodedata.normalize("NFC", text.casefold()).translate(_AS_TWO_LETTERS))
