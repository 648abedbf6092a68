"""Refusals at the desk: the page that the user was on, reloaded, with one sentence on top."""

from __future__ import annotations

from functools import partial

from werkzeug.wrappers import Response

from loket_chassis.messaging.rpc import Unavailable
from loket_contracts.errors import Refusal

from ...clients.catalogue_cache import CatalogueCache
from ...http import problems
from ...http.request import GatewayRequest
from ...i18n import language
from .. import words
from ..page_route import PageRoute, page_route
from ..problem_page import REDIRECTS
from ..render import see_other
from .frame import REFUSED_PARAMETER, back_to_page, desk_page, form_page

#: the form is shown again with all that was sent; sending it again is safe
REPEATABLE = frozenset({"outcome-unknown", "service-unavailable", "internal-error"})
#: refused before the form was read
UNREAD_CODES = frozenset({"too-many-requests", "body-too-large", "body-too-slow"})


class DeskRoute(PageRoute):
    """A page of the desk."""

    catalogue = CatalogueCache()

    def refusal_response(self, refusal: Refusal, request: GatewayRequest) -> Response:
        municipality = request.path_values["municipality"]
        is_form = request.method == "POST" and refusal.code not in UNREAD_CODES
        if is_form and refusal.code in REDIRECTS:
            back = form_page(request, municipality)
            return see_other(request, f"/{municipality}/{REDIRECTS[refusal.code]}", next=back)
        # without permission for this form, its page may be forbidden too: respond with 403
        lacks_permission = refusal.code == "forbidden" and refusal.params.get("permission") == self.permission.name
        try:
            if refusal.code not in (*REDIRECTS, "unknown-municipality"):
                respond = (
                    _refused_page
                    if lacks_permission or not is_form
                    else _repeat_page
                    if refusal.code in REPEATABLE
                    else _redirect_back
                )
                return respond(refusal, request, municipality, self.catalogue)
        except (Refusal, Unavailable):
            pass  # the catalogue of the municipality is not available
        return super().refusal_response(refusal, request)


desk_route = partial(page_route, entrypoint=DeskRoute)


def sentence(refusal: Refusal, request: GatewayRequest) -> str:
    """Return the sentence for staff, without codes or names of states."""
    lang = language.of(request)
    if refusal.code == "internal-error":
        unknown = words.said(words.REFUSED, "outcome-unknown", lang) if request.method == "POST" else ""
        return f"{problems.sentence(refusal, lang)} {unknown}".strip()
    return words.said(words.REFUSED, words.refused_as(refusal.code), lang)


def _redirect_back(refusal: Refusal, request: GatewayRequest, municipality: str, catalogue: CatalogueCache) -> Response:
    """Redirect to the page of the form, which shows the current state."""
    catalogue.of(municipality)  # raises when there is no such page
    return back_to_page(request, municipality, **{REFUSED_PARAMETER: words.refused_as(refusal.code)})


def _repeat_page(refusal: Refusal, request: GatewayRequest, municipality: str, catalogue: CatalogueCache) -> Response:
    """Render the form with all that was sent, under the same idempotency key.

    Calls no other service, as one of them does not respond.
    """
    sent = list(request.form.items(multi=True))
    response = desk_page(
        "again.html", request, catalogue, municipality, problems.STATUS[refusal.code], at="",
        error=sentence(refusal, request), sent=sent,
        typed=[(name, text) for name, text in sent if name in words.TYPED and text.strip()],
    )  # fmt: skip
    problems.add_headers(response, refusal)
    return response


def _refused_page(refusal: Refusal, request: GatewayRequest, municipality: str, catalogue: CatalogueCache) -> Response:
    """Render why a page cannot be shown."""
    response = desk_page(
        "refused.html", request, catalogue, municipality, problems.STATUS[refusal.code], at="",
        error=sentence(refusal, request), may_retry=refusal.code == "service-unavailable",
    )  # fmt: skip
    problems.add_headers(response, refusal)
    return response
