"""The catalogue: what can be booked, where and with which people."""

from __future__ import annotations

from ... import schemas
from .operation import BASE, Operation

OPERATIONS = (
    Operation(
        id="listMunicipalities", cached=True, method="get", path="/api/v1/municipalities",
        summary="List the municipalities", status=200, answer=schemas.Municipalities, refusals=(),
    ),
    Operation(
        id="listAppointmentTypes", cached=True, method="get", path=f"{BASE}/appointment-types",
        summary="List the appointment types", status=200, answer=schemas.AppointmentTypes, query=schemas.TopicQuery,
        refusals=("unknown-municipality", "invalid-request"),
    ),
    Operation(
        id="listLocations", cached=True, method="get", path=f"{BASE}/locations",
        summary="List the locations", status=200, answer=schemas.Locations,
        refusals=("unknown-municipality",),
    ),
    Operation(
        id="listTeams", cached=True, method="get", path=f"{BASE}/teams",
        summary="List the teams", status=200, answer=schemas.Teams, refusals=("unknown-municipality",),
    ),
)  # fmt: skip
