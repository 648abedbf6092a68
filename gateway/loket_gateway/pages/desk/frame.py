"""What all pages of the desk have: who looks at them, and where else there is to go."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.wrappers import Response

from loket_contracts.days import day_of
from loket_contracts.errors import Refusal

from ... import language
from ...access.identity import CSRF_FIELD
from ...catalogue import Catalogue, including_removed
from ...clock import now
from ...request import GatewayRequest
from .. import words
from ..render import about, in_words, page, whole_number

#: what every form sends along
TOKEN = Markup('<input type="hidden" name="{}" value="{}">')
#: name of the page, its address below /balie, and what it needs
PLACES = (
    ("day", "", "agenda.read"),
    ("week", "/week", "agenda.read"),
    ("book", "/boeken", "appointments.change"),
    ("find", "/zoeken", "agenda.read"),
    ("closures", "/sluitingen", "closures.change"),
    ("setup", "/inrichten", "setup.change"),
    ("texts", "/teksten", "setup.change"),
    ("run", "/beheer", "audit.read"),
)


def desk_page(
    template: str, request: GatewayRequest, catalogue: Catalogue, municipality: str, status: int = 200, **shown: Any
) -> Response:
    """A page of the desk, with the parts of the navigation that are for this caller."""
    known, spoken, caller = catalogue.of(municipality), language.of(request), request.caller
    told = in_words(request, known)
    kinds = {kind["id"]: kind["name"] for kind in including_removed(told, "appointment_types")}
    if "names" in shown:  # of people; somebody who is gone is in what was booked
        shown["names"] = {each["id"]: each["name"] for each in including_removed(told, "resources")} | shown["names"]
    return page(
        f"desk/{template}", request, status, **about(told), caller=caller, catalogue=told, kinds=kinds,
        desk_=f"/{municipality}/balie", csrf=TOKEN.format(CSRF_FIELD, caller.csrf_token),
        teams={team["id"]: team["name"] for team in including_removed(told, "teams")},
        places={place["id"]: place["name"] for place in including_removed(told, "locations")},
        navigation=[(name, path) for name, path, needed in PLACES if caller.may(needed, municipality)],
        zone=known["municipality"]["time_zone"],
        words=words,
        said=lambda table, code: words.said(getattr(words, table), code, spoken),
        may=lambda permission: caller.may(permission, municipality),
        **shown,
    )  # fmt: skip


def version_of(request: GatewayRequest) -> int:
    """The version of the settings that a form was filled with."""
    return whole_number(request.form.get("version"), 0, digits=9)


def errors_of(refusal: Refusal, request: GatewayRequest) -> list[dict[str, str]]:
    """What a form says of itself, in the language of the page. A refusal that is none of the form's is raised."""
    spoken = language.of(request)
    if refusal.code == "settings-changed":
        text = language.translate(
            "Somebody else changed the settings meanwhile. Look again, then press once more.", spoken
        )
        return [{"pointer": "/form", "detail": text}]
    if refusal.code != "invalid-request":
        raise refusal
    return language.details(refusal.errors, spoken)


def by_field(errors: list[dict[str, str]]) -> dict[str, str]:
    """Each detail by the field at which it points."""
    return {each["pointer"].strip("/"): each["detail"] for each in errors}


def today(catalogue: Catalogue, municipality: str) -> dt.date:
    """The local day of the municipality."""
    return now().astimezone(ZoneInfo(catalogue.of(municipality)["municipality"]["time_zone"])).date()


def date_of(text: str | None, usual: dt.date) -> dt.date:
    try:
        return day_of(text) if text else usual
    except ValueError:
        return usual


def moment_of(day: str, clock: str, zone: str) -> str:
    """A local day and clock time as RFC 3339; what is neither is handed on as it is, for booking to refuse."""
    try:
        return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return f"{day}T{clock}"
