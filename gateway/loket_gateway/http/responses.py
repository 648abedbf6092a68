"""Responses: JSON, files and calendars."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

from werkzeug.utils import send_file
from werkzeug.wrappers import Request, Response

from ..i18n import language


def answer(value: Any, request: Request, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `value` as JSON, labelled with the language of the request."""
    response = Response(json.dumps(value, ensure_ascii=False), status=status, mimetype="application/json")
    response.headers["Content-Language"] = language.of(request)
    response.headers["Vary"] = "Accept-Language"
    for name, text in (headers or {}).items():
        response.headers[name] = text
    return response


def private(value: Any, request: Request, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return `value` as JSON that no cache may store."""
    return answer(value, request, status, {"Cache-Control": "no-store", **(headers or {})})


def revalidated(body: bytes, etag: str, request: Request) -> Response:
    """Return JSON that the caller's own cache may store, and asks about each time; 304 when it has this version."""
    response = Response(body, mimetype="application/json")
    response.headers["Content-Language"] = language.of(request)
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(etag, weak=True)
    response.make_conditional(request)
    return response


def done() -> Response:
    """Return 204."""
    return Response(status=204, headers={"Cache-Control": "no-store"})


def file_answer(content: bytes, media_type: str, name: str) -> Response:
    """Return a file as a download, so that its content never runs on our origin."""
    response = send_file(
        BytesIO(content), {}, mimetype=media_type, as_attachment=True, download_name=name, conditional=False, etag=False
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def page_of(public_url: str, municipality: str, token: str) -> str:
    """Return the address of the page of an appointment. It is a secret: its holder can change the appointment."""
    return f"{public_url}/{municipality}/afspraak/{token}"


def calendar(text: str, name: str) -> Response:
    """Return an iCalendar file (RFC 5545)."""
    response = Response(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename={name}.ics"
    response.headers["Cache-Control"] = "no-store"
    return response
