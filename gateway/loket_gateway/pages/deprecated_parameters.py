"""Dutch names of query parameters and form fields, in addresses and open forms of release 0.1."""

from __future__ import annotations

from collections.abc import Iterable

from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from .words import PARTS

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
    "zoek": "search",
}


#: names that mean something else on one page, which its address below the municipality identifies
DEPRECATED_ON_PAGE = {
    "balie/afspraak/<identifier>/stap": {"desk": "counter", "step": "command"},
    "balie/botsingen": {"verplaats": "move"},
    "balie/sluitingen": {"van": "of"},
    "balie/teksten": {"naar": "email"},
    "balie/teksten/woorden": {f"woord-{part}": part for part in PARTS},
    "balie/zoeken": {"wie": "search"},
    "onthaal/aanmelden": {"afspraak": "appointment", "wie": "visitor"},
}


class EnglishParameters(ImmutableMultiDict[str, str]):
    """Parameters by their English names."""

    deprecated = DEPRECATED_PARAMETERS

    def __init__(self, mapping: MultiDict[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        items = mapping.items(multi=True) if isinstance(mapping, MultiDict) else mapping
        super().__init__([(self.deprecated.get(name, name), text) for name, text in items])


def parameters_of(url: str) -> type[EnglishParameters]:
    """The class that reads the parameters of the page with this URL rule."""
    names = DEPRECATED_ON_PAGE.get(url.removeprefix("/<municipality>/"))
    if names is None:
        return EnglishParameters
    return type("ParametersOfPage", (EnglishParameters,), {"deprecated": DEPRECATED_PARAMETERS | names})
