"""A refusal as a page of its municipality: what went wrong, and what to do next."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal

from ..http import problems
from ..i18n import language
from . import words
from .render import localise, municipality_context, page, see_other

#: the page that comes first, by the code of the refusal: its path below that of the municipality
REDIRECTS = {
    "login-needed": "aanmelden",
    "password-change-needed": "wachtwoord",
    "second-factor-needed": "mijn-account",
    "reauthentication-needed": "aanmelden/bevestigen",
}
#: what passes, so that the same page can be asked for again
PASSING = frozenset({
    "service-unavailable", "outcome-unknown", "internal-error", "too-many-requests", "body-too-slow", "work-needed",
})  # fmt: skip
#: what another moment does not help against: the municipality must be asked
TO_ASK = frozenset({"invitation-not-valid", "too-many-appointments", "too-many-bookings", "forbidden"})
#: after these the resident chooses a moment again; after all others a topic
OF_A_MOMENT = frozenset({
    "slot-taken", "slot-not-offered", "slot-in-the-past", "hold-not-found", "confirmation-over", "too-many-holds",
})  # fmt: skip
#: seconds after which a kiosk or display leaves a problem page
SCREEN_RETURNS = 10


def problem_page(refusal: Refusal, request: Request, public_url: str, screen: str | None = None) -> Response:
    """Render a refusal as a page.

    `screen`: the address to which a kiosk or display returns automatically.
    """
    status, lang = problems.STATUS[refusal.code], language.of(request)
    path: dict[str, str] = request.path_values or {}  # type: ignore[attr-defined]
    municipality = path.get("municipality")
    if municipality and refusal.code in REDIRECTS:
        back = {"next": request.full_path.rstrip("?")} if request.method == "GET" else {}
        return see_other(request, f"/{municipality}/{REDIRECTS[refusal.code]}", **back)
    response = page(
        "problem.html",
        request,
        status,
        **_municipality(refusal, request, municipality),
        title=language.translate(words.PROBLEM_TITLES.get(refusal.code, ERRORS[refusal.code].title), lang),
        detail=problem_sentence(refusal, lang),
        step=_next_step(refusal, request, municipality),
        screen=screen,
    )
    problems.add_headers(response, refusal)
    if screen is not None:
        response.headers["Refresh"] = f"{SCREEN_RETURNS}; url={screen}"
    return response


def problem_sentence(refusal: Refusal, lang: str) -> str:
    """Return the sentence for residents, which names no field, code or state."""
    own = words.PROBLEMS.get(refusal.code)
    return language.translate(own, lang) if own else problems.sentence(refusal, lang)


def _municipality(refusal: Refusal, request: Request, name: str | None) -> dict[str, Any]:
    """Return the context of the municipality in the address, or of Loket itself."""
    catalogue_of = getattr(request, "catalogue_of", None)
    known = catalogue_of(name) if name and catalogue_of and refusal.code != "unknown-municipality" else None
    return {"municipality": None} if known is None else municipality_context(localise(request, known))


def _next_step(refusal: Refusal, request: Request, municipality: str | None) -> tuple[str, str]:
    """Return the address of the next step, and its name in words.NEXT_STEPS."""
    if municipality is None or refusal.code == "unknown-municipality":
        return "/", "municipalities"
    if refusal.code in PASSING and request.method == "GET":
        return request.full_path.rstrip("?"), "again"
    if refusal.code == "appointment-not-found":
        return f"/{municipality}/mijn-afspraak", "link"
    home = f"/{municipality}/"
    return home, "moment" if refusal.code in OF_A_MOMENT else "ask" if refusal.code in TO_ASK else "topics"
