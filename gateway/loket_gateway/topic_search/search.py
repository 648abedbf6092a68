"""Search of the public topics of a municipality, and the count of what searches found.

The counter has no words of a search: residents type names and addresses in it.
"""

from __future__ import annotations

from prometheus_client import Counter

from loket_contracts.rpc.booking.answers import AppointmentTypeEntry, Catalogue

from .index import Found, TopicIndex, index_of

#: characters of a search that are read
MAX_LENGTH = 80

SEARCHES = Counter(
    "loket_topic_searches_total", "Searches of topics by residents, by result", ["municipality", "result"]
)
#: by municipality: its topics, and their index
_indexes: dict[str, tuple[list[AppointmentTypeEntry], TopicIndex]] = {}


def search(catalogue: Catalogue, text: str, language: str) -> Found:
    """Search the public topics. `catalogue`: with its texts in all languages."""
    municipality = catalogue["municipality"]["id"]
    public = [kind for kind in catalogue["appointment_types"] if kind["visibility"] == "public"]
    topics, index = _indexes.get(municipality, ([], None))
    if index is None or topics != public:
        index = index_of(public)
        _indexes[municipality] = public, index
    return index.find(text[:MAX_LENGTH], language)


def count_search(municipality: str, found: Found) -> None:
    SEARCHES.labels(municipality, found.result).inc()
