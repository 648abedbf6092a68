"""The OpenAPI 3.1 document, generated from the schemas that validate requests."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema
from werkzeug.wrappers import Request, Response

from loket_contracts.error_codes import ERRORS
from loket_contracts.fields import Identifier, Instant
from loket_contracts.languages import LANGUAGES

from .. import schemas
from ..access.roles import ROLES
from ..http.problems import BITS_HEADER, MEDIA_TYPE, STAMP_HEADER, STATUS
from ..http.routing import route
from ..http.server import VERSION
from .examples import example_of
from .operations import ABOUT, GROUPS, OPERATIONS, Operation
from .operations.operation import BYTES

ALWAYS_SENT = {
    "API-Version": {"schema": {"type": "string"}, "example": VERSION, "description": "of this interface, in full"},
    "RateLimit": {
        "schema": {"type": "string"},
        "description": "the remaining requests: draft-ietf-httpapi-ratelimit-headers",
    },
    "RateLimit-Policy": {"schema": {"type": "string"}, "description": "the limit and its window in seconds"},
}
DESCRIPTION = """Appointments with a municipality's specialists.

Times are RFC 3339 with an offset; days are local, YYYY-MM-DD, from 2000 up to 2199. Errors are RFC 9457 problems, each
with a page of its own. A POST with an Idempotency-Key may be repeated safely. Responses with an ETag support
conditional requests with If-None-Match.

Residents need no account: the `link_token` in the response to a booking gives access to that appointment. Portals,
machines and staff send an API key; staff at a browser have a session, and send its token as X-CSRF-Token with every
change.
"""


@dataclass(frozen=True)
class OpenApiRoutes:
    """The description of the interface."""

    public_url: str

    @route("GET", "/openapi.json", cache_seconds=60.0)
    def get_openapi(self, request: Request) -> Response:
        body = json.dumps(document(self.public_url), ensure_ascii=False)
        return Response(body, mimetype="application/json", headers={"Access-Control-Allow-Origin": "*"})


@cache
def document(public_url: str) -> dict[str, Any]:
    """Return the document as plain dictionaries."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Loket",
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={
            "description": DESCRIPTION,
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
            "contact": {"name": "Loket", "url": f"{public_url}/docs"},
        },
        servers=[{"url": public_url}],
        tags=[{"name": name, "description": about} for name, about in ABOUT.items()],
    )
    plugin.map_to_openapi_type(Instant, "string", "date-time")
    plugin.map_to_openapi_type(Identifier, "string", None)
    bearer = {"type": "http", "scheme": "bearer"}
    spec.components.security_scheme("token", {**bearer, "description": "the `link_token` of one appointment"})
    spec.components.security_scheme("key", {**bearer, "description": "an API key of the municipality: loket_..."})
    spec.components.security_scheme(
        "session",
        {
            "type": "apiKey",
            "in": "cookie",
            "name": "loket",
            "description": "the session of a user who logged in with a browser",
        },
    )
    for tag, operations in GROUPS.items():
        for operation in operations:
            spec.path(path=operation.path, operations={operation.method: _described(operation, tag)})
    described: dict[str, Any] = _as_ecma(spec.to_dict())
    return described


def _as_ecma(value: Any) -> Any:
    """Convert patterns to those of JSON Schema (ECMA-262), which has no \\A and \\Z."""
    if isinstance(value, dict):
        return {
            name: part.replace("\\A", "^").replace("\\Z", "$")
            if name == "pattern" and isinstance(part, str)
            else _as_ecma(part)
            for name, part in value.items()
        }
    return [_as_ecma(part) for part in value] if isinstance(value, list) else value


def _described(given: Operation, tag: str) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": given.id,
        "summary": given.summary,
        "description": _users(given),
        "tags": [tag],
        "parameters": _parameters(given),
        "responses": _answers(given),
        "security": _security(given),
    }
    if given.deprecated:
        operation["deprecated"] = True
    if given.body is not None:
        operation["requestBody"] = {
            "required": given.body_required,
            "content": {given.body_type: _content(given.body)},
        }
    return operation


def _users(given: Operation) -> str:
    users = ["the holder of the token of the appointment"] if given.link else []
    if given.permission is not None:
        roles = ", ".join(name for name, held in ROLES.items() if given.permission in held)
        users.append(f"accounts and keys with {given.permission} ({roles})")
    return f"For {' and for '.join(users)}." if users else "Open to all."


def _security(given: Operation) -> list[dict[str, list[str]]]:
    ways = [*(["token"] if given.link else []), *(["key", "session"] if given.permission else [])]
    return [{way: []} for way in ways] or [{}]


def _parameters(given: Operation) -> list[Any]:
    parameters: list[Any] = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}, **PATH.get(name, {})}
        for name in (part[1 : part.index("}")] for part in given.path.split("/") if part.startswith("{"))
    ]
    parameters.append(
        {
            "in": "header",
            "name": "Accept-Language",
            "schema": {"type": "string"},
            "description": f"one of the municipality's languages; all are {', '.join(LANGUAGES)}",
        }
    )
    if given.query is not None:
        parameters.append({"in": "query", "schema": given.query})
    if given.repeatable:
        parameters.append(
            {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "minLength": 1, "maxLength": 200},
             "description": "a repeat under the same key does nothing new"}
        )  # fmt: skip
    if given.cached:
        parameters.append({"in": "header", "name": "If-None-Match", "schema": {"type": "string"},
                           "description": "the ETag of the cached response"})  # fmt: skip
    return parameters


PATH: dict[str, Any] = {
    "municipality": {"example": "rumst", "description": "as GET /api/v1/municipalities lists them"},
    "identifier": {"description": "of the appointment; for staff also its reference"},
    "invitation": {"description": "its token, to use it; its id, to revoke it"},
    "step": {"schema": {"type": "string", "enum": ["call", "park", "resume", "transfer", "complete", "leave"]}},
}


def _answers(given: Operation) -> dict[str, Any]:
    fine: dict[str, Any] = {"description": given.summary, "headers": dict(ALWAYS_SENT)}
    if given.answer is not None:
        fine["content"] = {given.media_type: _content(given.answer), **{each: {"schema": BYTES} for each in given.also}}
    if (links := _links(given)) is not None:
        fine["links"] = links
    if given.cached:
        fine["headers"]["ETag"] = {"schema": {"type": "string"}}
    if given.status == 201:
        fine["headers"]["Location"] = {
            "schema": {"type": "string"},
            "description": "the address of the new resource, if it can be read",
        }
    answers: dict[str, Any] = {str(given.status): fine}
    if given.accepted is not None:
        answers["202"] = {
            "description": given.accepted_summary,
            "content": {given.media_type: _content(given.accepted)},
            "headers": dict(ALWAYS_SENT),
        }
    if given.cached:
        answers["304"] = {
            "description": "Not modified: the cached response is still valid",
            "headers": dict(ALWAYS_SENT),
        }
    for status in sorted({STATUS[code] for code in given.all_refusals}):
        codes = [code for code in given.all_refusals if STATUS[code] == status]
        answers[str(status)] = {
            "description": "; ".join(f"{code}: {ERRORS[code].title}" for code in codes),
            "content": {MEDIA_TYPE: {"schema": schemas.Problem, "example": _problem(codes[0], status)}},
            "headers": dict(ALWAYS_SENT),
        }
        if status == 428:
            answers[str(status)]["headers"] |= {
                STAMP_HEADER: {"schema": {"type": "string"}, "description": "to be sent again with the request"},
                BITS_HEADER: {
                    "schema": {"type": "integer"},
                    "description": "zero bits that SHA-256 of stamp:work begins with",
                },
            }
        if status in (428, 429, 503):
            answers[str(status)]["headers"]["Retry-After"] = {"schema": {"type": "integer"}, "description": "seconds"}
    return answers


#: by operation: the parameter that names its result in other paths, and the pointer to it in the response
MADE = {
    "bookAppointment": ("identifier", "/id"),
    "bookAtDesk": ("identifier", "/id"),
    "bookFollowUp": ("identifier", "/id"),
    "closeTime": ("closure", "/id"),
    "invite": ("invitation", "/id"),
    "makeAccount": ("name", "/name"),
    "makeKey": ("name", "/name"),
    "makeWebhook": ("webhook", "/id"),
}


def _links(given: Operation) -> dict[str, Any] | None:
    """Return links to the operations on what was just created."""
    if given.id not in MADE:
        return None
    parameter, pointer = MADE[given.id]
    start = given.path.replace("/desk/", "/").partition("/{identifier}")[0]
    return {
        each.id: {"operationId": each.id, "parameters": {parameter: f"$response.body#{pointer}"}}
        for each in OPERATIONS
        if each.path.startswith(f"{start}/{{{parameter}}}") and each.permission is not None
    }


def _content(shape: Any) -> dict[str, Any]:
    if isinstance(shape, type) and issubclass(shape, Schema):
        return {"schema": shape, "example": example_of(shape())}
    return {"schema": shape}


def _problem(code: str, status: int) -> dict[str, Any]:
    return {
        "type": f"https://loket.example/problems/{code}",
        "code": code,
        "title": ERRORS[code].title,
        "status": status,
        "detail": ERRORS[code].detail,
    }
