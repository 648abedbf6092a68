"""Errors as RFC 9457 problems: one table from code to status, one function that renders."""

from __future__ import annotations

import json
import secrets

import structlog
from nameko.exceptions import IncorrectSignature
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from loket_chassis.runtime.unavailable import OutcomeUnknown, Unavailable, is_database_unavailable
from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal
from loket_contracts.refusal_codes import RefusalCode

from ..i18n import language

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
#: seconds after which the first of too many holds may have expired
HOLD_SECONDS = 60

#: headers of the proof of work
STAMP_HEADER, BITS_HEADER = "Loket-Stamp", "Loket-Bits"

#: parameters of a refusal that are a time, as RFC 3339 with the offset of the location
MOMENTS = frozenset({"opens", "began"})

#: the HTTP status of every error code
STATUS: dict[str, int] = {
    "malformed-json": 400,
    "token-needed": 401,
    "login-needed": 401,
    "login-refused": 401,
    "forbidden": 403,
    "csrf": 403,
    "password-change-needed": 403,
    "second-factor-needed": 403,
    "reauthentication-needed": 403,
    "unknown-municipality": 404,
    "appointment-not-found": 404,
    "confirmation-over": 404,
    "not-found": 404,
    "file-not-found": 404,
    "file-not-scanned": 409,
    "ticket-not-found": 404,
    "closure-not-found": 404,
    "no-such-version": 404,
    "unknown-message": 404,
    "unknown-message-kind": 404,
    "unknown-provider": 404,
    "receipt-not-signed": 403,
    "not-sent": 502,
    "invitation-not-valid": 404,
    "account-not-found": 404,
    "webhook-not-found": 404,
    "not-on-waiting-list": 404,
    "address-not-barred": 404,
    "method-not-allowed": 405,
    "slot-taken": 409,
    "hold-not-found": 409,
    "not-allowed-in-state": 409,
    "too-early": 409,
    "appointment-begun": 409,
    "appointment-over": 409,
    "changed-meanwhile": 409,
    "settings-changed": 409,
    "removal-not-confirmed": 409,
    "appointment-type-removed": 409,
    "location-removed": 409,
    "already-on-waiting-list": 409,
    "no-offer": 409,
    "nobody-waiting": 409,
    "feedback-given": 409,
    "too-many-appointments": 409,
    "code-used-up": 409,
    "name-taken": 409,
    "too-many-webhooks": 409,
    "body-too-slow": 408,
    "body-too-large": 413,
    "address-too-long": 414,
    "work-needed": 428,
    "unsupported-media-type": 415,
    "unknown-appointment-type": 422,
    "unknown-location": 422,
    "unknown-resource": 422,
    "location-needed": 422,
    "types-not-combinable": 422,
    "slot-in-the-past": 422,
    "slot-not-offered": 422,
    "idempotency-key-reused": 422,
    "invalid-request": 422,
    "wrong-code": 422,
    "file-not-accepted": 422,
    "webhook-target-refused": 422,
    "invalid-configuration": 422,
    "too-many-holds": 429,
    "too-many-bookings": 429,
    "too-many-codes": 429,
    "too-many-requests": 429,
    "internal-error": 500,
    "service-unavailable": 503,
    "outcome-unknown": 503,
}

log = structlog.get_logger()


def refusal_of(error: BaseException) -> Refusal:
    """Convert an exception to a Refusal. An unexpected one is logged under a reference."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, OutcomeUnknown) or is_database_unavailable(error):
        return Refusal("outcome-unknown")
    if isinstance(error, Unavailable):
        return Refusal("service-unavailable")
    if isinstance(error, HTTPException):
        by_status: dict[int, RefusalCode] = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large"}
        code = by_status.get(error.code or 500)
        return Refusal(code) if code else Refusal("malformed-json", {"reason": error.name})
    if isinstance(error, IncorrectSignature):
        return Refusal("not-found")
    reference = secrets.token_hex(6)
    log.error("internal error", reference=reference, exc_info=(type(error), error, error.__traceback__))
    return Refusal("internal-error", {"reference": reference})


def render(refusal: Refusal, request: Request, public_url: str, lang: str | None = None) -> Response:
    """Return the problem document, in `lang` or the language of the request.

    `type` is the address of a page that explains the code.
    """
    lang = lang or language.of(request)
    status = STATUS[refusal.code]
    problem = {
        "type": f"{public_url.rstrip('/')}/problems/{refusal.code}",
        "code": refusal.code,
        "title": language.translate(ERRORS[refusal.code].title, lang),
        "status": status,
        "detail": sentence(refusal, lang),
    }
    if refusal.errors:
        problem["errors"] = language.details(refusal.errors, lang)
    response = Response(json.dumps(problem, ensure_ascii=False), status=status, content_type=MEDIA_TYPE)
    response.headers["Content-Language"] = lang
    add_headers(response, refusal)
    return response


def add_headers(response: Response, refusal: Refusal) -> None:
    """Add the headers of a refusal to a problem document or a page."""
    status = STATUS[refusal.code]
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    if status == 429:
        response.headers["Retry-After"] = refusal.params.get("seconds", str(HOLD_SECONDS))
    if refusal.code == "work-needed":
        response.headers["Retry-After"] = refusal.params["seconds"]
        response.headers[STAMP_HEADER] = refusal.params["stamp"]
        response.headers[BITS_HEADER] = refusal.params["bits"]
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="loket"'
    if status in (408, 413):
        response.headers["Connection"] = "close"


def sentence(refusal: Refusal, lang: str) -> str:
    """Return the detail of a refusal as a sentence in a language, with its parameters filled in."""
    params = {
        name: language.moment(text, lang) if name in MOMENTS else language.detail(text, lang)
        for name, text in refusal.params.items()
    }
    known = {"municipality": "?", "limit": "?", "method": "?", "reason": "?", "expected": "?", "seconds": "60"} | params
    return language.translate(ERRORS[refusal.code].detail, lang).format_map(known)
