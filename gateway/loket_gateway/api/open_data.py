"""Open data: outcomes by month and type without small counts, and their description (DCAT-AP)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from werkzeug.wrappers import Request, Response

from loket_contracts.rpc.booking.answers import MunicipalityEntry
from loket_contracts.rpc.reporting import Reporting

from ..clients.catalogue_cache import CatalogueCache
from ..http.parsing import query
from ..http.responses import answer
from ..http.routing import route
from ..http.tables import MEDIA_TYPES, table, wanted
from ..i18n import language
from ..schemas import FormatQuery
from . import BASE

_query = FormatQuery()
COLUMNS: Final = ("month", "appointment_type", "completed", "no_show", "cancelled", "other")
DAY = 86_400
#: title and description of the data set
ABOUT = (
    "Appointments by month and subject",
    "How many appointments took place, were cancelled or were missed. Counts below 5 are left out, and so is what "
    "would give them away.",
)
#: DCAT-AP, the profile of European data portals
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
LICENCE = "http://publications.europa.eu/resource/authority/licence/CC0"
MONTHLY = "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"


@dataclass(frozen=True)
class OpenDataRoutes:
    """For everyone, under CC0."""

    reporting: Reporting
    catalogue: CatalogueCache
    public_url: str

    @route("GET", f"{BASE}/open-data")
    def get_open_data(self, request: Request, municipality: str) -> Response:
        form = wanted(request, query(request, _query)["format"])
        self.catalogue.of(municipality)
        rows = self.reporting.open_data(municipality)
        response = table(
            request, form, f"loket-{municipality}-open", COLUMNS,
            ([row[name] for name in COLUMNS] for row in rows), lambda: rows,
        )  # fmt: skip
        return _public(response)

    @route("GET", f"{BASE}/open-data/dcat")
    def get_dcat(self, request: Request, municipality: str) -> Response:
        known = self.catalogue.of(municipality)["municipality"]
        described = describe(known, f"{self.public_url}/api/v1/{municipality}/open-data", language.of(request))
        response = answer(described, request)
        response.mimetype = "application/ld+json"
        return _public(response)


def describe(municipality: MunicipalityEntry, address: str, lang: str) -> dict[str, Any]:
    """Return the data catalogue as JSON-LD: one data set in several formats."""
    name = language.pick(municipality["name"], lang)
    publisher = {"@id": f"{address}#publisher", "@type": "foaf:Agent", "foaf:name": name}
    contact: dict[str, Any] = {"@type": "vcard:Organization", "vcard:fn": name}
    if municipality.get("email"):
        contact["vcard:hasEmail"] = {"@id": f"mailto:{municipality['email']}"}
    return {
        "@context": CONTEXT,
        "@id": f"{address}/dcat",
        "@type": "dcat:Catalog",
        "dct:title": name,
        "dct:description": language.translate(ABOUT[0], lang),
        "dct:publisher": publisher,
        "dcat:dataset": {
            "@id": address,
            "@type": "dcat:Dataset",
            "dct:title": language.translate(ABOUT[0], lang),
            "dct:description": language.translate(ABOUT[1], lang),
            "dct:publisher": {"@id": publisher["@id"]},
            "dct:accrualPeriodicity": {"@id": MONTHLY},
            "dcat:contactPoint": contact,
            "dcat:distribution": [
                {
                    "@type": "dcat:Distribution",
                    "dcat:accessURL": {"@id": f"{address}?format={form}"},
                    "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
                    "dct:format": {"@id": FILE_TYPE + form.upper()},
                    "dct:license": {"@id": LICENCE},
                }
                for form, media_type in MEDIA_TYPES.items()
            ],
        },
    }  # fmt: skip


def _public(response: Response) -> Response:
    response.headers["Cache-Control"] = f"public, max-age={DAY // 24}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
