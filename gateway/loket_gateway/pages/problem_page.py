"""A refusal as a page: what went wrong, and where to go from there."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal

from ..http import problems
from ..i18n import language
from .render import page, see_other

#: the page that comes first, by the code of the refusal: its path below that of the municipality
REDIRECTS = {"login-needed": "aanmelden", "password-change-needed": "wachtwoord"}
#: seconds after which a kiosk or display leaves a problem page
SCREEN_RETURNS = 10


def problem_page(refusal: Refusal, request: Request, public_url: str, screen: str | None = None) -> Response:
    """Render a refusal as a page.

    `screen`: the address to which a kiosk or display returns automatically.
    """
    status = problems.STATUS[refusal.code]
    municipality = (request.path_values or {}).get("municipality")  # type: ignore[attr-defined]
    if municipality and refusal.code in REDIRECTS:
        back = {"next": request.full_path.rstrip("?")} if request.method == "GET" else {}
        return see_other(request, f"/{municipality}/{REDIRECTS[refusal.code]}", **back)
    known = refusal.code != "unknown-municipality" and municipality
    response = page(
        "problem.html",
        request,
        status,
        title=language.translate(ERRORS[refusal.code].title, language.of(request)),
        detail=problems.sentence(refusal, language.of(request)),
        again=f"/{municipality}/" if known else "/",
        screen=screen,
    )
    problems.add_headers(response, refusal)
    if screen is not None:
        response.headers["Refresh"] = f"{SCREEN_RETURNS}; url={screen}"
    return response
