"""The OpenAPI 3.1 document, made from the very schemas that validate, and its pages."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from loket_contracts.commands import BookAppointment, CancelAppointment, HoldSlot, RescheduleAppointment
from loket_contracts.errors import ERRORS
from loket_contracts.fields import Identifier, Instant

from .. import schemas
from ..pages.render import page
from ..problems import MEDIA_TYPE, STATUS
from ..web import route


class OpenApiRoutes:
    """The interface, described."""

    public_url: str

    @route("GET", "/openapi.json")
    def get_openapi(self, request: Request) -> Response:
        body = json.dumps(document(self.public_url), ensure_ascii=False)
        return Response(body, mimetype="application/json", headers={"Access-Control-Allow-Origin": "*"})

    @route("GET", "/docs", page=True)
    def get_docs(self, request: Request) -> Response:
        return page("docs.html", request, spec=document(self.public_url), errors=ERRORS, statuses=STATUS)

    @route("GET", "/problems/<code>", page=True)
    def get_problem(self, request: Request, code: str) -> Response:
        if code not in ERRORS:
            raise NotFound
        return page("problem_type.html", request, error=ERRORS[code], http_status=STATUS[code])


@cache
def document(public_url: str) -> dict[str, Any]:
    """The document as plain dictionaries."""
    plugin = MarshmallowPlugin()
    spec = APISpec(
        title="Loket",
        version="1",
        openapi_version="3.1.0",
        plugins=[plugin],
        info={
            "description": "Appointments with a municipality's specialists. Times are RFC 3339 with an offset; errors "
            "are RFC 9457 problems; a POST with an Idempotency-Key may be repeated safely.",
            "license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        },
        servers=[{"url": public_url}],
    )
    plugin.map_to_openapi_type(Instant, "string", "date-time")
    plugin.map_to_openapi_type(Identifier, "string", None)
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "description": "link_token"})
    for operation in OPERATIONS:
        spec.path(path=operation["path"], operations={operation["method"]: _operation(operation)})
    described: dict[str, Any] = spec.to_dict()
    return described


def _operation(given: dict[str, Any]) -> dict[str, Any]:
    parameters: list[Any] = [
        {"in": "path", "name": name.strip("{}"), "required": True, "schema": {"type": "string"}}
        for name in given["path"].split("/")
        if name.startswith("{")
    ]
    parameters.append(
        {"in": "header", "name": "Accept-Language", "schema": {"type": "string"}, "description": "nl, fr, de or en"}
    )
    if "query" in given:
        parameters.append({"in": "query", "schema": given["query"]})
    if given.get("repeatable"):
        parameters.append(
            {"in": "header", "name": "Idempotency-Key", "schema": {"type": "string", "minLength": 1, "maxLength": 200}}
        )
    answers: dict[str, Any] = {
        str(given["status"]): {
            "description": given["summary"],
            "content": {"application/json": {"schema": given["answer"]}},
        }
    }
    for status in sorted({STATUS[code] for code in (*given["refusals"], "service-unavailable", "internal-error")}):
        codes = [
            code for code in (*given["refusals"], "service-unavailable", "internal-error") if STATUS[code] == status
        ]
        answers[str(status)] = {
            "description": "; ".join(f"{code}: {ERRORS[code].title}" for code in codes),
            "content": {MEDIA_TYPE: {"schema": schemas.Problem}},
        }
    operation: dict[str, Any] = {
        "operationId": given["id"],
        "summary": given["summary"],
        "tags": [given["tag"]],
        "parameters": parameters,
        "responses": answers,
    }
    if "body" in given:
        operation["requestBody"] = {
            "required": given.get("body_required", True),
            "content": {"application/json": {"schema": given["body"]}},
        }
    if given.get("token"):
        operation["security"] = [{"token": []}]
    return operation


_BASE = "/api/v1/{municipality}"
_BODY = ("malformed-json", "unsupported-media-type", "body-too-large", "invalid-request")
_VISIT = ("unknown-appointment-type", "unknown-location", "unknown-resource", "location-needed", "types-not-combinable")
_SLOT = ("slot-in-the-past", "slot-not-offered", "slot-taken")
OPERATIONS: list[dict[str, Any]] = [
    {
        "id": "listMunicipalities", "tag": "catalogue", "method": "get", "path": "/api/v1/municipalities",
        "summary": "The municipalities", "status": 200, "answer": schemas.Municipalities, "refusals": (),
    },
    {
        "id": "listAppointmentTypes", "tag": "catalogue", "method": "get", "path": f"{_BASE}/appointment-types",
        "summary": "What can be booked", "status": 200, "answer": schemas.AppointmentTypes,
        "refusals": ("unknown-municipality",),
    },
    {
        "id": "listLocations", "tag": "catalogue", "method": "get", "path": f"{_BASE}/locations",
        "summary": "Where people are received", "status": 200, "answer": schemas.Locations,
        "refusals": ("unknown-municipality",),
    },
    {
        "id": "listTeams", "tag": "catalogue", "method": "get", "path": f"{_BASE}/teams",
        "summary": "The teams", "status": 200, "answer": schemas.Teams, "refusals": ("unknown-municipality",),
    },
    {
        "id": "findSlots", "tag": "booking", "method": "get", "path": f"{_BASE}/slots", "query": schemas.SlotQuery,
        "summary": "Free starts", "status": 200, "answer": schemas.Slots,
        "refusals": ("unknown-municipality", "invalid-request", *_VISIT),
    },
    {
        "id": "holdSlot", "tag": "booking", "method": "post", "path": f"{_BASE}/holds", "body": HoldSlot,
        "repeatable": True, "summary": "Reserve a slot for the minutes that a form takes", "status": 201,
        "answer": schemas.Hold, "refusals": ("unknown-municipality", *_BODY, *_VISIT, *_SLOT),
    },
    {
        "id": "bookAppointment", "tag": "booking", "method": "post", "path": f"{_BASE}/appointments",
        "body": BookAppointment, "repeatable": True, "summary": "Book, from a hold or straight from a start",
        "status": 201, "answer": schemas.BookedAppointment,
        "refusals": ("unknown-municipality", *_BODY, *_VISIT, *_SLOT, "hold-not-found", "idempotency-key-reused"),
    },
    {
        "id": "getAppointment", "tag": "appointment", "method": "get", "path": f"{_BASE}/appointments/{{identifier}}",
        "token": True, "summary": "One appointment", "status": 200, "answer": schemas.Appointment,
        "refusals": ("unknown-municipality", "token-needed", "appointment-not-found"),
    },
    {
        "id": "cancelAppointment", "tag": "appointment", "method": "post",
        "path": f"{_BASE}/appointments/{{identifier}}/cancel", "token": True, "body": CancelAppointment,
        "body_required": False, "summary": "Give the time back", "status": 200, "answer": schemas.Appointment,
        "refusals": ("unknown-municipality", *_BODY, "token-needed", "appointment-not-found", "not-allowed-in-state",
                     "changed-meanwhile"),
    },
    {
        "id": "rescheduleAppointment", "tag": "appointment", "method": "post",
        "path": f"{_BASE}/appointments/{{identifier}}/reschedule", "token": True, "body": RescheduleAppointment,
        "summary": "Take another moment, and give the old one back", "status": 200, "answer": schemas.Appointment,
        "refusals": ("unknown-municipality", *_BODY, *_VISIT, *_SLOT, "token-needed", "appointment-not-found",
                     "not-allowed-in-state", "changed-meanwhile"),
    },
    {
        "id": "checkIn", "tag": "appointment", "method": "post",
        "path": f"{_BASE}/appointments/{{identifier}}/check-in", "token": True, "summary": "The resident is here",
        "status": 200, "answer": schemas.Appointment,
        "refusals": ("unknown-municipality", "token-needed", "appointment-not-found", "not-allowed-in-state",
                     "changed-meanwhile"),
    },
    {
        "id": "getOverview", "tag": "figures", "method": "get", "path": f"{_BASE}/reports/overview",
        "query": schemas.PeriodQuery, "summary": "Counts of a period", "status": 200, "answer": schemas.Overview,
        "refusals": ("unknown-municipality", "invalid-request"),
    },
]  # fmt: skip
