"""The schema of the events that notification consumes. A tolerant reader: other fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from loket_contracts.fields import Instant

from .event import AppointmentEvent


class _AppointmentEvent(Schema):
    class Meta:
        unknown = EXCLUDE

    appointment = fields.String(required=True)
    start = Instant(required=True)
    end = Instant(load_default=None)
    time_zone = fields.String(required=True)
    appointment_types = fields.List(fields.String(), load_default=list)
    cancelled_by = fields.String(load_default=None)
    rescheduled_by = fields.String(load_default=None)
    reason = fields.String(load_default="", allow_none=True)
    confirm_by = fields.String(load_default="email")
    expires_at = Instant(load_default=None)
    companion = fields.String(load_default="")
    silent = fields.Boolean(load_default=False)


_appointment_event = _AppointmentEvent()


def read_appointment_event(name: str, municipality: str, sequence: int, data: Mapping[str, Any]) -> AppointmentEvent:
    loaded: dict[str, Any] = _appointment_event.load(dict(data))
    return AppointmentEvent(
        name,
        municipality,
        loaded["appointment"],
        sequence,
        loaded["start"],
        loaded["end"] or loaded["start"],
        loaded["time_zone"],
        tuple(loaded["appointment_types"]),
        loaded["cancelled_by"] or loaded["rescheduled_by"] or "resident",
        loaded["reason"] or "",
        loaded["confirm_by"],
        loaded["expires_at"],
        loaded["companion"],
        loaded["silent"],
    )
