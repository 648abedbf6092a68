"""Dutch names of query parameters, in addresses that residents, staff and screens have from release 0.1."""

from __future__ import annotations

from werkzeug.datastructures import MultiDict

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
    "zoek": "search",
}


def renamed(parameters: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return query parameters by their English names."""
    return type(parameters)(
        [(DEPRECATED_PARAMETERS.get(name, name), text) for name, text in parameters.items(multi=True)]
    )
