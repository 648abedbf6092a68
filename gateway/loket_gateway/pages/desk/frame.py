"""The frame of all pages of the desk: navigation, forms and idempotency keys."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from markupsafe import Markup
from werkzeug.urls import iri_to_uri
from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.fields import parse_day

from ...clients.catalogue_cache import CatalogueCache, including_removed
from ...http.authentication import CSRF_FIELD
from ...http.clock import today_in
from ...http.request import GatewayRequest
from ...i18n import language
from .. import words
from ..render import localise, municipality_context, page, parse_number, see_other

#: fields of a form: its idempotency key, and the page that it is on
ONCE_FIELD, HERE_FIELD = "once", "here"
#: a hidden field
HIDDEN_INPUT = Markup('<input type="hidden" name="{}" value="{}">')
#: parameter: the code of the last refusal
REFUSED_PARAMETER = "refused"
#: parameters that report the last action on an appointment
APPOINTMENT_DONE = frozenset({"cancelled", "booked", "booked_before", "lifted", "moved", "replaced", "transferred"})
#: parameters that report the last action; links to the page leave them out
DONE_PARAMETERS = APPOINTMENT_DONE | {
    REFUSED_PARAMETER, "called", "changed", "closed", "conflicts", "done", "of", "retried", "sent", "ticket", "version",
}  # fmt: skip
LONGEST_ADDRESS = 1000
#: name of the page, its path below /balie, and its permission
NAVIGATION = (
    ("mine", "/mijn-dag", "agenda.read"),
    ("day", "/dag", "agenda.read"),
    ("week", "/week", "agenda.read"),
    ("book", "/boeken", "appointments.change"),
    ("find", "/zoeken", "agenda.read"),
    ("closures", "/sluitingen", "closures.change"),
    ("setup", "/inrichten", "setup.change"),
    ("texts", "/teksten", "setup.change"),
    ("run", "/beheer", "audit.read"),
)


def desk_page(
    template: str,
    request: GatewayRequest,
    catalogue: CatalogueCache,
    municipality: str,
    status: int = 200,
    **shown: Any,
) -> Response:
    """Render a page of the desk, with the navigation that this caller may use."""
    known, lang, caller = catalogue.of(municipality), language.of(request), request.caller
    once = _sent_field(request, ONCE_FIELD) or secrets.token_urlsafe(12)
    there = form_page(request, municipality) if request.method == "POST" else _here(request)
    code = request.args.get(REFUSED_PARAMETER)
    refused = words.said(words.REFUSED, code, lang) if code in words.REFUSED else ""
    fields = ((CSRF_FIELD, caller.csrf_token), (ONCE_FIELD, once), (HERE_FIELD, there))
    localised = localise(request, known)
    kinds = {kind["id"]: kind["name"] for kind in including_removed(localised, "appointment_types")}
    if "names" in shown:  # of people, including removed ones, as past appointments refer to them
        known_names = {each["id"]: each["name"] for each in including_removed(localised, "resources")}
        shown["names"] = known_names | shown["names"]
    return page(
        f"desk/{template}", request, status, **municipality_context(localised), caller=caller, catalogue=localised,
        kinds=kinds, desk_=f"/{municipality}/balie", csrf=Markup().join(HIDDEN_INPUT.format(*each) for each in fields),
        here_=there, address=_address(request), error=shown.pop("error", "") or refused,
        teams={team["id"]: team["name"] for team in including_removed(localised, "teams")},
        places={place["id"]: place["name"] for place in including_removed(localised, "locations")},
        navigation=[(name, path) for name, path, needed in NAVIGATION if caller.may(needed, municipality)],
        zone=known["municipality"]["time_zone"],
        words=words,
        said=lambda table, code: words.said(getattr(words, table), code, lang),
        may=lambda permission: caller.may(permission, municipality),
        **shown,
    )  # fmt: skip


def form_idempotency_key(request: GatewayRequest) -> str | None:
    """Return the idempotency key of a form: of its page and of all its fields."""
    if not (once := request.form.get(ONCE_FIELD)):
        return None
    sent = sorted((name, text) for name, text in request.form.items(multi=True) if name not in (CSRF_FIELD, HERE_FIELD))
    return f"desk {hashlib.sha256(repr((once, sent)).encode()).hexdigest()}"


def form_page(request: GatewayRequest, municipality: str) -> str:
    """Return the address of the page of this form if it is one of the desk, else that of the day."""
    there, home = _sent_field(request, HERE_FIELD), f"/{municipality}/balie"
    is_ours = len(there) <= LONGEST_ADDRESS and there.startswith((f"{home}/", f"{home}?"))
    return there if is_ours else home


def back_to_page(request: GatewayRequest, municipality: str, **query: str) -> Response:
    """Redirect to the page of this form."""
    path, pairs = split_address(form_page(request, municipality))
    return see_other(request, path, **{**dict(pairs), **query})


def split_address(address: str) -> tuple[str, list[tuple[str, str]]]:
    """Split an address into path and query."""
    path, _, query = address.partition("?")
    return path, parse_qsl(query)


def _here(request: GatewayRequest) -> str:
    query = [(name, text) for name, text in request.args.items(multi=True) if name not in DONE_PARAMETERS]
    return iri_to_uri(request.path) + (f"?{urlencode(query)}" if query else "")


def _address(request: GatewayRequest) -> str:
    """Return the address of this request."""
    return iri_to_uri(request.path) + (f"?{urlencode(list(request.args.items(multi=True)))}" if request.args else "")


def _sent_field(request: GatewayRequest, name: str) -> str:
    return request.form.get(name, "") if request.method == "POST" else ""


def version_of(request: GatewayRequest) -> int:
    """Return the version of the settings that a form started from."""
    return parse_number(request.form.get("version"), 0, digits=9)


def errors_of(refusal: Refusal, request: GatewayRequest) -> list[dict[str, str]]:
    """Return the errors of a form in the language of the page. Raises any other refusal."""
    lang = language.of(request)
    if refusal.code == "settings-changed":
        text = language.translate("A colleague has changed the settings. Review the change, then press again.", lang)
        return [{"pointer": "/form", "detail": text}]
    if refusal.code != "invalid-request":
        raise refusal
    return language.details(refusal.errors, lang)


def by_field(errors: list[dict[str, str]]) -> dict[str, str]:
    """Return details by field."""
    return {each["pointer"].strip("/"): each["detail"] for each in errors}


def today(catalogue: CatalogueCache, municipality: str) -> dt.date:
    """Return the local date of the municipality."""
    return today_in(catalogue.of(municipality)["municipality"]["time_zone"])


def date_of(text: str | None, usual: dt.date) -> dt.date:
    try:
        return parse_day(text) if text else usual
    except ValueError:
        return usual


def moment_of(day: str, clock: str, zone: str) -> str:
    """Return a local date and time as RFC 3339. Invalid input is returned as it is, for booking to refuse."""
    try:
        return dt.datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return f"{day}T{clock}"
