"""The schema of the hours for offers of the waiting list in a configuration file."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, post_load, validates_schema

from loket_contracts.periods import MIDNIGHT

from ..domain.offer_hours import OfferHours
from .values import Clock, described


class HoursOfOffers(Schema):
    start = Clock(required=True, data_key="from", metadata=described("HH:MM, in the local time of the location"))
    end = Clock(required=True, data_key="to", metadata=described("HH:MM; 00:00 is midnight"))

    @validates_schema
    def begins_before_its_end(self, data: dict[str, Any], **_: Any) -> None:
        if data["end"] != MIDNIGHT and data["end"] <= data["start"]:
            raise ValidationError("The end must lie after the start.", "to")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> OfferHours:
        return OfferHours(**data)
