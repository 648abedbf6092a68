"""Everyday words for the services of a municipality, which ship with Loket: see thesaurus.yaml."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from functools import cache, lru_cache

from .words import content_words, data, stem

#: a language and a stem
Term = tuple[str, str]


@dataclass(frozen=True)
class Group:
    """Words about one service. `topics`: the terms that a topic of this group contains, in one of these ways."""

    topics: tuple[frozenset[Term], ...]
    phrases: tuple[tuple[str, str], ...]

    def is_about(self, terms: Set[Term]) -> bool:
        return any(each <= terms for each in self.topics)


@cache
def groups() -> tuple[Group, ...]:
    return tuple(
        Group(
            tuple(terms_of(phrase, language) for language, phrase in _phrases(group["topics"])),
            tuple(_phrases(group["topics"]) + _phrases(group["words"])),
        )
        for group in data("thesaurus.yaml").values()
    )


@cache
def known_words() -> frozenset[str]:
    """Return all words of the thesaurus, also of services that a municipality does not offer."""
    return frozenset(
        word for group in groups() for language, phrase in group.phrases for word in content_words(phrase, language)
    )


@lru_cache(maxsize=20_000)
def terms_of(phrase: str, language: str) -> frozenset[Term]:
    return frozenset((language, stem(word, language)) for word in content_words(phrase, language))


def _phrases(by_language: dict[str, str]) -> list[tuple[str, str]]:
    """Return pairs of a language and a phrase."""
    return [(language, phrase.strip()) for language, phrases in by_language.items() for phrase in phrases.split(",")]
