"""Templates to pages, in the caller's language."""

from __future__ import annotations

from importlib import resources
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.urls import iri_to_uri
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal

from .. import language, problems

#: where a page goes on that may not be seen yet
ELSEWHERE = {"login-needed": "aanmelden", "password-change-needed": "wachtwoord"}
NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}

_environment = Environment(
    loader=PackageLoader("loket_gateway", "pages/templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
STATIC = {
    name: (resources.files(__package__).joinpath("static", name).read_bytes(), media_type)
    for name, media_type in (("loket.css", "text/css"), ("loket.svg", "image/svg+xml"))
}


def page(template: str, request: Request, status: int = 200, **context: Any) -> Response:
    """Render `template`. It has `_` for texts, `day` and `clock` for moments, `lang`, and `here` for this address."""
    spoken = language.of(request)

    def say(text: str, **values: Any) -> str | Markup:
        said = language.translate(text, spoken)
        return Markup(said).format(**values) if values else said

    body = _environment.get_template(template).render(
        _=say,
        day=lambda moment, form="full": language.day(moment, spoken, form),
        clock=lambda moment, zone: language.clock(moment, spoken, zone),
        lang=spoken,
        languages=NAMES,
        here=_switcher(request),
        **context,
    )
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Content-Language"] = spoken
    response.headers["Cache-Control"] = "no-store"
    return response


def about(catalogue: dict[str, Any]) -> dict[str, Any]:
    """What every page of a municipality needs."""
    return {"municipality": catalogue["municipality"]}


def in_words(request: Request, document: Any) -> Any:
    """A document from booking with every text in the caller's language."""
    return language.localised(document, language.of(request))


def see(request: Request, path: str, **query: str) -> Response:
    """Go on with a GET (303), in the language of this page."""
    if request.args.get("lang"):
        query["lang"] = request.args["lang"]
    return redirect(path + ("?" + urlencode(query) if query else ""), 303)


def _switcher(request: Request) -> str:
    """This page's own query without its language, to which `lang=..` can be added. Empty after a POST."""
    if request.method != "GET":
        return ""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]

    return iri_to_uri(request.path) + "?" + urlencode([*kept, ("lang", "")])


def problem_page(refusal: Refusal, request: Request, public_url: str) -> Response:
    """A refusal as a page: what went wrong, and where to go from here."""
    status = problems.STATUS[refusal.code]
    municipality = (request.path_values or {}).get("municipality")  # type: ignore[attr-defined]
    if municipality and refusal.code in ELSEWHERE:
        naar = {"naar": request.full_path.rstrip("?")} if request.method == "GET" else {}
        return see(request, f"/{municipality}/{ELSEWHERE[refusal.code]}", **naar)
    known = refusal.code != "unknown-municipality" and municipality
    response = page(
        "problem.html",
        request,
        status,
        title=language.translate(ERRORS[refusal.code].title, language.of(request)),
        detail=problems.sentence(refusal, language.of(request)),
        again=f"/{municipality}/" if known else "/",
    )
    problems.tell(response, refusal)
    return response
