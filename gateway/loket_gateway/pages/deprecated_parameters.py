"""Dutch names of query parameters and form fields, in addresses and open forms of release 0.1."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import ImmutableMultiDict, MultiDict

#: the English name of each; release 0.2 is the last to read the Dutch one
DEPRECATED_PARAMETERS = {
    "bewaard": "saved",
    "botsingen": "conflicts",
    "dag": "day",
    "dank": "rated",
    "datum": "date",
    "doorgegeven": "transferred",
    "geboekt": "booked",
    "geroepen": "called",
    "gesloten": "closed",
    "geweigerd": "refused",
    "in_plaats_van": "instead_of",
    "klaar": "done",
    "loket": "counter",
    "maand": "month",
    "naar": "next",
    "nieuw": "booked",
    "nummer": "ticket",
    "opnieuw": "retried",
    "over": "access",
    "plaats": "location",
    "soort": "kind",
    "taal": "language",
    "terug": "back",
    "uitnodiging": "invitation",
    "uur": "time",
    "van": "from",
    "veranderd": "changed",
    "verder": "cursor",
    "verplaatst": "moved",
    "verstuurd": "sent",
    "versie": "version",
    "vrijgegeven": "lifted",
    "weg": "taken",
    "wie": "resource",
    "wish": "action",
    "woord-subject": "subject",
    "zoek": "search",
}


class EnglishParameters(ImmutableMultiDict[str, str]):
    """Parameters by their English names."""

    def __init__(self, mapping: MultiDict[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        items = mapping.items(multi=True) if isinstance(mapping, MultiDict) else mapping
        super().__init__([(DEPRECATED_PARAMETERS.get(name, name), text) for name, text in items])
