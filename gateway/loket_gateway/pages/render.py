"""Rendering of templates in the language of the request."""

from __future__ import annotations

import gzip
import hashlib
import re
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.urls import iri_to_uri
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.languages import NAMES
from loket_contracts.refusal_codes import RefusalCode

from ..http import problems
from ..i18n import language
from . import words
from .agenda_rows import rows
from .icons import icon

_NOT_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f]")

_environment = Environment(
    loader=PackageLoader("loket_gateway", "pages/templates"),
    undefined=StrictUndefined,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
#: pairs for a list to choose from: {{ choices | map("values_of", "id", "label") }}
_environment.filters["values_of"] = lambda each, *names: tuple(each[name] for name in names)
#: the name of a code, or the code itself when its entry was removed
_environment.filters["named"] = lambda code, names: names.get(code, code)
_environment.filters["reason_groups"] = words.reason_groups
_environment.filters["by_day"] = lambda slots: [
    (day, list(own)) for day, own in groupby(slots, key=lambda slot: slot["start"][:10])
]
#: fields of a form in groups: those that share a line, and others
_environment.filters["short_fields"] = lambda fields: [
    (short, list(own)) for short, own in groupby(fields, key=lambda field: field.type in ("date", "time", "number"))
]
_environment.globals["icon"] = icon
MEDIA_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
#: static files: content and media type, by name
STATIC = {
    file.name: (file.read_bytes(), MEDIA_TYPES[Path(file.name).suffix])
    for file in resources.files("loket_gateway.pages").joinpath("static").iterdir()
} | {"rows.css": (rows().encode(), "text/css")}
#: static files, compressed
_COMPRESSED = {body: gzip.compress(body, 9, mtime=0) for body, _ in STATIC.values()}
#: changes whenever a static file does, so that browsers can cache them for a long time
STATIC_VERSION = hashlib.sha256(b"".join(body for body, _ in STATIC.values())).hexdigest()[:10]
#: for addresses with the version
IMMUTABLE = "public, max-age=31536000, immutable"


def page(template: str, request: Request, status: int = 200, **context: Any) -> Response:
    """Render `template`. It has `_` for texts, `day` and `clock` for moments, `lang`, and `here` for this address."""
    lang = language.of(request)

    def say(text: str, /, **values: Any) -> str | Markup:
        said = language.translate(text, lang)
        return Markup(said).format(**values) if values else said

    body = _environment.get_template(template).render(
        _=say,
        day=lambda moment, form="full": language.day(moment, lang, form),
        clock=lambda moment, zone: language.clock(moment, lang, zone),
        language_name=lambda code: language.language_name(code, lang),
        lang=lang,
        languages=language.names(request),
        language_names=NAMES,
        here=_switcher(request),
        edition=STATIC_VERSION,
        **context,
    )
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Content-Language"] = lang
    response.headers["Cache-Control"] = "no-store"
    return response


def compressed(request: Request, body: bytes, media_type: str) -> Response:
    """Return a static file, compressed if the client accepts it."""
    response = Response(body, mimetype=media_type)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.set_data(_COMPRESSED[body])
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    is_this_edition = request.args.get("v") == STATIC_VERSION
    response.headers["Cache-Control"] = IMMUTABLE if is_this_edition else "public, max-age=60"
    return response


def municipality_context(catalogue: dict[str, Any]) -> dict[str, Any]:
    """Return the context of every page of a municipality."""
    look = catalogue["look"]
    return {
        "municipality": catalogue["municipality"],
        "theme": f"{catalogue['version']}" if look["colour"] else None,
        "has_logo": bool(look["logo"]),
    }


def parse_number(text: str | None, usual: int, digits: int = 3) -> int:
    """Parse a number of at most `digits` digits from an address or a form, or return the default."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else usual


def localise(request: Request, document: Any) -> Any:
    """Return a document of booking with each text in the language of the request."""
    return language.localised(document, language.of(request))


def refusal_sentence(code: RefusalCode | None, request: Request) -> str | None:
    """Return the sentence of a refusal to expect, for a page that warns of it."""
    return code and problems.sentence(Refusal(code), language.of(request))


def see_other(request: Request, path: str, **query: str) -> Response:
    """Redirect with 303, in the language of this page."""
    if request.args.get("lang"):
        query["lang"] = request.args["lang"]
    # the municipality in it is unchecked
    place = _NOT_IN_AN_ADDRESS.sub(lambda sign: quote(sign[0]), path)
    return redirect(place + ("?" + urlencode(query) if query else ""), 303)


def _switcher(request: Request) -> str:
    """Return the address of this page, to which a language can be appended. Empty after a POST."""
    if request.method != "GET":
        return ""
    query = [(name, value) for name, value in request.args.items(multi=True) if name not in ("lang", "typing")]

    return iri_to_uri(request.path) + "?" + urlencode([*query, ("lang", "")])
