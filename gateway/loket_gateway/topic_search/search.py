"""Search of the public topics of a municipality, and the count of what searches found.

The counter has no words of a search: residents type names and addresses in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import Counter

from .index import Found, TopicIndex, index_of

#: characters of a search that are read
MAX_LENGTH = 80

SEARCHES = Counter(
    "loket_topic_searches_total", "Searches of topics by residents, by result", ["municipality", "result"]
)
#: by municipality: the version of the configuration, and its index
_indexes: dict[str, tuple[int, TopicIndex]] = {}


def search(catalogue: Mapping[str, Any], text: str, language: str) -> Found:
    """Search the public topics. `catalogue`: with its texts in all languages."""
    municipality, version = catalogue["municipality"]["id"], catalogue["version"]
    indexed = _indexes.get(municipality)
    if indexed is None or indexed[0] != version:
        public = [kind for kind in catalogue["appointment_types"] if kind["visibility"] == "public"]
        indexed = _indexes[municipality] = version, index_of(public)
    return indexed[1].find(text[:MAX_LENGTH], language)


def count_search(municipality: str, found: Found) -> None:
    SEARCHES.labels(municipality, found.result).inc()
