"""Words of a text as the search compares them: without case and accents, as stems, without stop words."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import snowballstemmer
from babel import Locale

from loket_chassis.yaml.safe_load import load

_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case and without accents."""
    return [plain(word) for word in written(text)]


def written(text: str) -> list[str]:
    """Return the words of a text as they are written."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def plain(word: str) -> str:
    """Return a word in lower case and without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(each for each in letters if not unicodedata.combining(each))


def without_umlauts(text: str) -> str:
    """Return a text with `ae` for `ä`, as people write on a keyboard without umlauts."""
    return unicodedata.normalize("NFC", text.casefold()).translate(_UMLAUTS)


@lru_cache(maxsize=50_000)
def stem(word: str, language: str) -> str:
    """Return the stem of a word without accents; the word itself in a language without a stemmer."""
    stemmer = _stemmer(language)
    return stemmer.stemWord(word) if stemmer else word


def content_words(text: str, language: str) -> list[str]:
    """Return the words of a text without stop words, or all its words when there are no others."""
    words = tokens(text)
    return [word for word in words if len(word) > 1 and word not in stop_words(language)] or words


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the words that say nothing about a topic."""
    return frozenset(tokens(data("stop_words.yaml").get(language, "")))


@cache
def data(name: str) -> Any:
    """Load a file of this package."""
    return load(resources.files(__package__).joinpath(name).read_text("utf-8"))


@cache
def _stemmer(language: str) -> Any:
    algorithm = str(Locale.parse(language).get_language_name("en")).lower()
    return snowballstemmer.stemmer(algorithm) if algorithm in snowballstemmer.algorithms() else None
