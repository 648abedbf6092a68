"""The index of the topics of a municipality, and the search in it.

Every word of a topic is indexed under its stem, with a weight for where it comes from: the municipality's own keywords
and names weigh most, then the thesaurus. A word of a search counts as found when it, its stem, or the parts of a
compound are indexed. Else the beginnings of words and words with a few other letters come close to it. A topic scores
by the words that it has, and more for the words that few topics have.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from loket_contracts.languages import LANGUAGES

from .compounds import parts
from .thesaurus import Term, groups, known_words, terms_of
from .words import content_words, plain, stem, stop_words, tokens, without_umlauts, written

Result = Literal["found", "nearest", "nothing"]

KEYWORD, NAME, DESCRIPTION, CATEGORY, GUIDANCE = 1.0, 1.0, 0.5, 0.3, 0.2
#: a phrase of the thesaurus, for a topic whose name or keywords, or only whose description belongs to the group
SYNONYM, DISTANT_SYNONYM = 0.85, 0.6
#: a part of an indexed compound
PART = 0.45
#: a word of another language than the page's
OTHER_LANGUAGE = 0.85
#: how sure a word is found by these
COMPOUND, PREFIX, ONE_LETTER, TWO_LETTERS = 0.9, 0.7, 0.8, 0.6
#: ranks of a search that is a whole name or keyword, before all other scores
EXACT_NAME, EXACT_KEYWORD = 2, 1
#: a phrase of which all words are in the search
PHRASE = 0.6
#: lengths of words from which one and two letters may differ, and from which a beginning is enough
FROM_ONE, FROM_TWO, FROM_PREFIX = 4, 8, 3
#: each further term of a topic that begins like the word
FURTHER = 0.1
#: a topic with less than this share of the best score is left out
CUT = 0.4
#: the share of the words of a search that the best topic needs to be what was asked
ENOUGH = 0.3
MAX_TOPICS, MAX_WORDS, MAX_CLOSE = 8, 20, 6
#: letters of the longest compound that is split
LONGEST = 40


@dataclass(frozen=True)
class Found:
    """What a search found. `topics`: ids, best first. `corrected`: the search without its typing errors, if any."""

    result: Result
    topics: tuple[str, ...] = ()
    corrected: str | None = None


@dataclass(frozen=True)
class _Part:
    """Indexed terms that a word, or a part of a compound, means, and how well each of them fits."""

    terms: Mapping[Term, float]


@dataclass(frozen=True)
class _Reading:
    """One way to read a word of a search. `corrected`: the word that was meant, if this one was misspelt."""

    parts: tuple[_Part, ...]
    is_certain: bool = True
    corrected: str | None = None


@dataclass
class TopicIndex:
    """Build it with `index_of`."""

    #: weights by topic
    postings: dict[Term, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    #: the terms that a word is indexed under
    words: dict[str, set[Term]] = field(default_factory=lambda: defaultdict(set))
    by_language: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    #: how a word of a language is written, with its accents
    written: dict[tuple[str, str], str] = field(default_factory=dict)
    exact: dict[tuple[str, ...], dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    phrases: dict[Term, dict[frozenset[Term], dict[str, float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    order: dict[str, int] = field(default_factory=dict)

    def find(self, text: str, language: str) -> Found:
        """Search topics. The words of this language come first."""
        readings = {word: self._readings(word, language) for word in self._asked(text, language)}
        scores: dict[str, float] = defaultdict(float)
        certain: dict[str, int] = defaultdict(int)
        corrections = {}
        for word, read in readings.items():
            best = self._best(read)
            for topic, (score, reading) in best.items():
                scores[topic] += score
                certain[topic] += reading.is_certain
            if best:
                corrections[word] = max(best.values(), key=lambda each: each[0])[1].corrected
        for topic, score in self._phrase_scores(readings.values()):
            scores[topic] += score
        exact = self.exact.get(tuple(tokens(text)), {})
        for topic in exact:
            scores.setdefault(topic, 0.0)
        if not scores:
            return Found("nothing")
        ranked = sorted(scores, key=lambda topic: (-exact.get(topic, 0), -scores[topic], self.order[topic]))
        least = CUT * scores[ranked[0]]
        topics = tuple([topic for topic in ranked if scores[topic] >= least][:MAX_TOPICS])
        if ranked[0] in exact or certain[ranked[0]] >= ENOUGH * len(readings):
            return Found("found", topics)
        return Found("nearest", topics, _corrected(text, corrections))

    def _asked(self, text: str, language: str) -> list[str]:
        """Return the words to search for. Neighbours that are one word of the index when joined are joined."""
        every = tokens(text)[:MAX_WORDS]
        words: list[str] = []
        at = 0
        while at < len(every):
            joined = self._joined(every[at : at + 2])
            words.append(joined or every[at])
            at += 2 if joined else 1
        useful = [word for word in words if self._is_useful(word, language)]
        return list(dict.fromkeys(useful or filter(self.words.__contains__, words)))

    def _joined(self, pair: Sequence[str]) -> str | None:
        if len(pair) < 2 or min(map(len, pair)) < 2:
            return None
        return next((word for word in ("".join(pair), "s".join(pair)) if word in self.words), None)

    def _is_useful(self, word: str, language: str) -> bool:
        if word in stop_words(language):
            return False
        if word in self.words:
            return True
        return len(word) > 1 and not word.isdigit() and not any(word in stop_words(each) for each in LANGUAGES)

    def _readings(self, word: str, language: str) -> list[_Reading]:
        """Return what a word means: itself, else its parts, or what begins or looks like it."""
        if itself := self._term(word, language):
            readings = [_Reading((itself,))]
            is_own = any(term[0] == language for term in itself.terms)
            return readings if is_own else [*readings, *self._beginnings(word, language)]
        if word in known_words():  # of a service that this municipality does not offer here
            return []
        return [*self._compound(word, language), *self._beginnings(word, language), *self._misspelt(word, language)]

    def _term(self, word: str, language: str) -> _Part | None:
        """Return the terms of a word that is indexed itself, or in another inflection."""
        terms = set(self.words.get(word, ()))
        for each in LANGUAGES:
            if each != language and len(word) <= FROM_ONE:
                continue
            root = stem(word, each)
            # the Dutch stemmer takes `ge` off participles, and so finds `boor` in `geboorte`
            if (each, root) in self.postings and (root[:2] == word[:2] or word not in known_words()):
                terms.add((each, root))
        return _Part({term: _factor(term, language) for term in terms}) if terms else None

    def _compound(self, word: str, language: str) -> Iterator[_Reading]:
        if len(word) > LONGEST:
            return
        split = parts(word, lambda part: self._is_known(part, language))
        is_whole = len(split) > 1
        likelihood = COMPOUND if is_whole else PREFIX
        known = []
        for part, share in split:
            found = self._term(part, language)
            terms = {
                term: quality * share * likelihood
                for term, quality in (found.terms.items() if found else ())
                if is_whole or term[0] == language  # a part alone is too little to be of another language
            }
            if terms:
                known.append(_Part(terms))
        if known:
            yield _Reading(tuple(known), is_whole)

    def _is_known(self, word: str, language: str) -> bool:
        return word in self.words or word in known_words() or (language, stem(word, language)) in self.postings

    def _beginnings(self, word: str, language: str) -> Iterator[_Reading]:
        if len(word) < FROM_PREFIX:
            return
        terms = {term for known, of in self.words.items() if known.startswith(word) for term in of}
        if terms:
            yield _Reading((_Part({term: PREFIX * _factor(term, language) for term in terms}),))

    def _misspelt(self, word: str, language: str) -> Iterator[_Reading]:
        most = 2 if len(word) >= FROM_TWO else 1
        for known, distance, _ in process.extract(
            word, self.words.keys(), scorer=OSA.distance, score_cutoff=most, limit=MAX_CLOSE
        ):
            # short words, and words of other languages, are close to many
            terms = {term for term in self.words[known] if len(word) >= FROM_ONE + (term[0] != language)}
            if not terms or (known[0] != word[0] and (distance > 1 or len(word) <= FROM_ONE + 1)):
                continue
            quality = ONE_LETTER if distance == 1 else TWO_LETTERS
            part = _Part({term: quality * _factor(term, language) for term in terms})
            spoken = min(terms, key=lambda term: (term[0] != language, term))[0]
            yield _Reading((part,), False, self.written[spoken, known])

    def _best(self, readings: Sequence[_Reading]) -> dict[str, tuple[float, _Reading]]:
        """Return by topic the best score of one word, and the reading with that score."""
        best: dict[str, tuple[float, _Reading]] = {}
        for reading in readings:
            scores: dict[str, float] = defaultdict(float)
            for part in reading.parts:
                for topic, score in self._scores(part).items():
                    scores[topic] += score
            for topic, score in scores.items():
                if topic not in best or score > best[topic][0]:
                    best[topic] = score, reading
        return best

    def _scores(self, part: _Part) -> dict[str, float]:
        """Return by topic its best term, weighted by how few topics have one of the terms, and a little for more."""
        weights: dict[str, list[float]] = defaultdict(list)
        for term, quality in part.terms.items():
            for topic, weight in self.postings[term].items():
                weights[topic].append(quality * weight)
        rarity = self._rarity(len(weights))
        return {topic: rarity * (max(each) + FURTHER * math.log(len(each))) for topic, each in weights.items()}

    def _rarity(self, topics: int) -> float:
        return math.log(1 + len(self.order) / topics)

    def _phrase_scores(self, readings: Iterable[Sequence[_Reading]]) -> Iterator[tuple[str, float]]:
        """Return for each topic its best phrase of which all words are in the search."""
        terms = {
            term
            for read in readings
            for reading in read
            if reading.is_certain and len(reading.parts) == 1
            for term in reading.parts[0].terms
        }
        best: dict[str, float] = defaultdict(float)
        for term in terms:
            for phrase, topics in self.phrases.get(term, {}).items():
                if phrase <= terms:
                    score = PHRASE * sum(self._rarity(len(self.postings[each])) for each in phrase)
                    for topic, weight in topics.items():
                        best[topic] = max(best[topic], score * weight)
        yield from best.items()

    def add(self, topic: str, text: str, language: str, weight: float) -> None:
        """Index the words of a text of a topic."""
        for word, shown, term in _terms(text, language):
            self.words[word].add(term)
            self.written.setdefault((language, word), shown)
            self.by_language[language].add(word)
            self.weigh(term, topic, weight)

    def weigh(self, term: Term, topic: str, weight: float) -> None:
        """Index a term of a topic, unless it weighs more already."""
        self.postings[term][topic] = max(weight, self.postings[term].get(topic, 0.0))

    def add_phrase(self, topic: str, phrase: str, language: str, weight: float) -> None:
        """Index a phrase: all its words together weigh more than some of them."""
        terms = terms_of(phrase, language)
        self.add(topic, phrase, language, weight / math.sqrt(len(terms)))
        if len(terms) > 1:
            self.phrases[min(terms)][terms][topic] = max(weight, self.phrases[min(terms)][terms].get(topic, 0.0))

    def add_exact(self, topic: str, text: str, rank: int) -> None:
        """Index a name or keyword as a whole."""
        known = self.exact[tuple(tokens(text))]
        known[topic] = max(rank, known.get(topic, 0))


def index_of(topics: Sequence[Mapping[str, Any]]) -> TopicIndex:
    """Index appointment types, with their texts in all languages, as booking returns them."""
    index = TopicIndex()
    for number, topic in enumerate(topics):
        name = topic["id"]
        index.order[name] = number
        for language, said in topic["name"].items():
            index.add(name, said, language, NAME)
            index.add_exact(name, said, EXACT_NAME)
        for keyword in topic["keywords"]:
            for language, said in keyword.items():
                index.add_phrase(name, said, language, KEYWORD)
                index.add_exact(name, said, EXACT_KEYWORD)
        guidance = (topic.get("guidance") or {}).get("text")
        for text, weight in (
            (topic["description"], DESCRIPTION), (topic["category"], CATEGORY), (guidance, GUIDANCE),
        ):  # fmt: skip
            for language, said in (text or {}).items():
                index.add(name, said, language, weight)
        _add_synonyms(index, topic, [topic["name"], *topic["keywords"]])
    _add_parts(index)
    return index


def _add_synonyms(index: TopicIndex, topic: Mapping[str, Any], own: Sequence[Mapping[str, str]]) -> None:
    named = {term for text in own for language, said in text.items() for term in terms_of(said, language)}
    told = named | {
        term for language, said in (topic["description"] or {}).items() for term in terms_of(said, language)
    }
    for group in groups():
        if group.is_about(told):
            weight = SYNONYM if group.is_about(named) else DISTANT_SYNONYM
            for language, phrase in group.phrases:
                index.add_phrase(topic["id"], phrase, language, weight)


def _add_parts(index: TopicIndex) -> None:
    """Index the parts of compounds, so that `water` finds `regenwaterput`."""
    indexed = [(word, term, dict(index.postings[term])) for word, terms in index.words.items() for term in terms]
    for word, (language, _), weights in indexed:
        known = index.by_language[language]
        for part, share in parts(word, known.__contains__):
            for topic, weight in weights.items():
                index.weigh((language, stem(part, language)), topic, 2 * PART * share * weight)


@lru_cache(maxsize=20_000)
def _terms(text: str, language: str) -> tuple[tuple[str, str, Term], ...]:
    """Return the words of a text: as they are compared, as they are written, and as a term."""
    wanted = set(content_words(text, language))
    return tuple(
        (form, word.lower(), (language, stem(form, language)))
        for word in written(text)
        if plain(word) in wanted
        for form in dict.fromkeys((plain(word), plain(without_umlauts(word))))
    )


def _corrected(text: str, corrections: Mapping[str, str | None]) -> str | None:
    """Return the search with its misspelt words corrected, or None when there is none."""
    if not any(corrections.values()):
        return None
    return " ".join(corrections.get(plain(word)) or word for word in written(text))


def _factor(term: Term, language: str) -> float:
    return 1.0 if term[0] == language else OTHER_LANGUAGE
