"""The OpenAPI 3.1 document, made from the very schemas that validate, and its pages."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from loket_contracts.commands import (
    AnswerQuestions,
    BookAppointment,
    CancelAppointment,
    GiveFeedback,
    HoldSlot,
    JoinWaitingList,
    RescheduleAppointment,
)
from loket_contracts.error_codes import ERRORS
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
    answers: dict[str, Any] = {str(given["status"]): {"description": given["summary"]}}
    if "answer" in given:
        answers[str(given["status"])]["content"] = {given.get("media_type", JSON): {"schema": given["answer"]}}
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
            "content": {given.get("body_type", JSON): {"schema": given["body"]}},
        }
    if given.get("token"):
        operation["security"] = [{"token": []}]
    return operation


JSON = "application/json"
_BYTES = {"type": "string", "format": "binary"}
_BASE = "/api/v1/{municipality}"
_BODY = ("malformed-json", "unsupported-media-type", "body-too-large", "invalid-request")
_VISIT = ("unknown-appointment-type", "unknown-location", "unknown-resource", "location-needed", "types-not-combinable")
_SLOT = ("slot-in-the-past", "slot-not-offered", "slot-taken")
_MINE = ("unknown-municipality", "token-needed", "appointment-not-found")
_SEARCH = ("unknown-municipality", "invalid-request", *_VISIT)
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
        "summary": "Free starts", "status": 200, "answer": schemas.Slots, "refusals": _SEARCH,
    },
    {
        "id": "countSlots", "tag": "booking", "method": "get", "path": f"{_BASE}/slots/days",
        "query": schemas.SlotQuery, "summary": "How many starts each day has", "status": 200,
        "answer": schemas.DayCounts, "refusals": _SEARCH,
    },
    {
        "id": "findFirstSlots", "tag": "booking", "method": "get", "path": f"{_BASE}/slots/first",
        "query": schemas.SlotQuery, "summary": "The first free start at each location", "status": 200,
        "answer": schemas.FirstAvailable, "refusals": _SEARCH,
    },
    {
        "id": "explainSlots", "tag": "booking", "method": "get", "path": f"{_BASE}/slots/explanation",
        "query": schemas.SlotQuery, "summary": "Why nothing is free, and what is nearest", "status": 200,
        "answer": schemas.Explanation, "refusals": _SEARCH,
    },
    {
        "id": "getInvitation", "tag": "booking", "method": "get", "path": f"{_BASE}/invitations/{{token}}",
        "summary": "What may be booked with an invitation", "status": 200, "answer": schemas.Invitation,
        "refusals": ("unknown-municipality", "invitation-not-valid"),
    },
    {
        "id": "getFeed", "tag": "booking", "method": "get", "path": f"{_BASE}/feeds/{{token}}.ics",
        "summary": "A specialist's agenda to subscribe to (RFC 5545); it names no resident", "status": 200,
        "answer": {"type": "string"}, "media_type": "text/calendar", "refusals": ("unknown-municipality", "not-found"),
    },
    {
        "id": "holdSlot", "tag": "booking", "method": "post", "path": f"{_BASE}/holds", "body": HoldSlot,
        "repeatable": True, "summary": "Reserve a slot for the minutes that a form takes", "status": 201,
        "answer": schemas.Hold,
        "refusals": ("unknown-municipality", *_BODY, *_VISIT, *_SLOT, "invitation-not-valid", "too-many-holds"),
    },
    {
        "id": "bookAppointment", "tag": "booking", "method": "post", "path": f"{_BASE}/appointments",
        "body": BookAppointment, "repeatable": True, "summary": "Book, from a hold or straight from a start",
        "status": 201, "answer": schemas.BookedAppointment,
        "refusals": ("unknown-municipality", *_BODY, *_VISIT, *_SLOT, "hold-not-found", "idempotency-key-reused",
                     "invitation-not-valid", "too-many-appointments"),
    },
    {
        "id": "getAppointment", "tag": "appointment", "method": "get", "path": f"{_BASE}/appointments/{{identifier}}",
        "token": True, "summary": "One appointment", "status": 200, "answer": schemas.Appointment,
        "refusals": ("unknown-municipality", "token-needed", "appointment-not-found"),
    },
    {
        "id": "answerQuestions", "tag": "appointment", "method": "patch",
        "path": f"{_BASE}/appointments/{{identifier}}", "token": True, "body": AnswerQuestions,
        "summary": "Answers that are given or mended before the visit", "status": 200, "answer": schemas.Appointment,
        "refusals": (*_MINE, *_BODY, "not-allowed-in-state"),
    },
    {
        "id": "getCalendar", "tag": "appointment", "method": "get",
        "path": f"{_BASE}/appointments/{{identifier}}/calendar.ics", "token": True,
        "summary": "One appointment for a calendar (RFC 5545)", "status": 200, "answer": {"type": "string"},
        "media_type": "text/calendar", "refusals": _MINE,
    },
    {
        "id": "sendFile", "tag": "appointment", "method": "post",
        "path": f"{_BASE}/appointments/{{identifier}}/files", "token": True, "query": schemas.FileQuery,
        "body": _BYTES, "body_type": "application/octet-stream", "summary": "Send a document: the body is the file",
        "status": 201, "answer": schemas.File,
        "refusals": (*_MINE, "invalid-request", "body-too-large", "file-not-accepted", "not-allowed-in-state"),
    },
    {
        "id": "getFile", "tag": "appointment", "method": "get",
        "path": f"{_BASE}/appointments/{{identifier}}/files/{{file}}", "token": True, "summary": "A document",
        "status": 200, "answer": _BYTES, "media_type": "application/octet-stream",
        "refusals": (*_MINE, "file-not-found"),
    },
    {
        "id": "dropFile", "tag": "appointment", "method": "delete",
        "path": f"{_BASE}/appointments/{{identifier}}/files/{{file}}", "token": True,
        "summary": "Take a document away", "status": 200, "answer": schemas.Appointment,
        "refusals": (*_MINE, "file-not-found"),
    },
    {
        "id": "giveFeedback", "tag": "appointment", "method": "post",
        "path": f"{_BASE}/appointments/{{identifier}}/feedback", "token": True, "body": GiveFeedback,
        "summary": "What the visit was worth", "status": 204,
        "refusals": (*_MINE, *_BODY, "not-allowed-in-state", "feedback-given"),
    },
    {
        "id": "joinWaitingList", "tag": "waiting list", "method": "post", "path": f"{_BASE}/waiting-list",
        "token": True, "body": JoinWaitingList, "summary": "Be offered an earlier moment when one comes free",
        "status": 201, "answer": schemas.WaitingPlace,
        "refusals": (*_MINE, *_BODY, "not-allowed-in-state", "already-on-waiting-list"),
    },
    {
        "id": "leaveWaitingList", "tag": "waiting list", "method": "delete",
        "path": f"{_BASE}/waiting-list/{{identifier}}", "token": True, "summary": "Give the place up", "status": 204,
        "refusals": (*_MINE, "not-on-waiting-list", "changed-meanwhile"),
    },
    {
        "id": "acceptOffer", "tag": "waiting list", "method": "post",
        "path": f"{_BASE}/waiting-list/{{identifier}}/accept", "token": True, "summary": "Take the moment offered",
        "status": 200, "answer": schemas.Appointment,
        "refusals": (*_MINE, "not-on-waiting-list", "no-offer", "slot-taken", "changed-meanwhile"),
    },
    {
        "id": "declineOffer", "tag": "waiting list", "method": "post",
        "path": f"{_BASE}/waiting-list/{{identifier}}/decline", "token": True,
        "summary": "Leave the moment offered to the next", "status": 200, "answer": schemas.WaitingPlace,
        "refusals": (*_MINE, "not-on-waiting-list", "no-offer", "changed-meanwhile"),
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
        "query": schemas.ReportQuery, "summary": "The figures of a period beside those of the period before",
        "status": 200, "answer": schemas.Overview, "refusals": ("unknown-municipality", "invalid-request"),
    },
    {
        "id": "getTable", "tag": "figures", "method": "get", "path": f"{_BASE}/reports/table",
        "query": schemas.TableQuery, "summary": "The figures in rows; also as CSV (RFC 4180) and as a spreadsheet",
        "status": 200, "answer": schemas.Table, "refusals": ("unknown-municipality", "invalid-request"),
    },
    {
        "id": "getOpenData", "tag": "figures", "method": "get", "path": f"{_BASE}/open-data",
        "query": schemas.FormatQuery, "summary": "Open data by month and type; few people are left out",
        "status": 200, "answer": schemas.OpenData, "refusals": ("unknown-municipality", "invalid-request"),
    },
    {
        "id": "describeOpenData", "tag": "figures", "method": "get", "path": f"{_BASE}/open-data/dcat",
        "summary": "What the open data are (DCAT-AP, as JSON-LD)", "status": 200, "answer": {"type": "object"},
        "media_type": "application/ld+json", "refusals": ("unknown-municipality",),
    },
]  # fmt: skip
