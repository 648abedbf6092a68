"""The schemas of hours, closures and holidays in a configuration file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from loket_contracts.fields import WEEKDAYS, Day, Identifier
from loket_contracts.periods import ClosedTime, check_days, check_hours, is_stored

from ..domain import catalogue
from .values import Clock, Text, described, file_defaults


class OpeningRule(Schema):
    days = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), required=True, validate=validate.Length(min=1))
    start = Clock(required=True, data_key="from", metadata=described("HH:MM, local time"))
    end = Clock(required=True, data_key="to", metadata=described("HH:MM, local time; 00:00 is midnight"))
    valid_from = Day(load_default=None)
    valid_until = Day(load_default=None, metadata=described("the last day, inclusive"))

    every_weeks = fields.Integer(
        load_default=1,
        validate=validate.Range(min=1, max=52),
        metadata=described("2 is every other week, counted from the week of valid_from"),
    )

    appointment_types = fields.List(
        Identifier(), load_default=list, metadata=described("these hours are for these types only; any type when empty")
    )

    @validates_schema
    def weeks_are_counted_from_somewhere(self, data: dict[str, Any], **_: Any) -> None:
        if data["every_weeks"] > 1 and data["valid_from"] is None:
            raise ValidationError("Give valid_from: the weeks are counted from there.", "every_weeks")

    @validates_schema
    def applies_some_day(self, data: dict[str, Any], **_: Any) -> None:
        check_hours(data["start"], data["end"], "to")
        check_days(data["valid_from"], data["valid_until"], "valid_until")
        bounded = data["valid_from"] is not None and data["valid_until"] is not None
        if bounded and not is_stored() and not _any_day(data):
            raise ValidationError("None of these days lies between valid_from and valid_until.", "days")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.OpeningRule:
        days = frozenset(WEEKDAYS.index(name) for name in data.pop("days"))
        types = frozenset(data.pop("appointment_types"))
        return catalogue.OpeningRule(weekdays=days, appointment_types=types, **data)


def _any_day(rule: dict[str, Any]) -> bool:
    """Whether the rule applies on any day from `valid_from` until `valid_until`."""
    days = frozenset(WEEKDAYS.index(name) for name in rule["days"])
    made = catalogue.OpeningRule(
        weekdays=days, start=rule["start"], end=rule["end"], valid_from=rule["valid_from"],
        valid_until=rule["valid_until"], every_weeks=rule["every_weeks"],
    )  # fmt: skip
    length = min((rule["valid_until"] - rule["valid_from"]).days + 1, 7 * rule["every_weeks"])
    return any(made.applies_on(rule["valid_from"] + dt.timedelta(days=number)) for number in range(length))


class Closure(ClosedTime):
    first = Day(required=True, metadata=described("the first day, YYYY-MM-DD"))
    last = Day(load_default=None, metadata=described("the last day, inclusive; the same day when left out"))
    start = Clock(load_default=None, data_key="from")
    end = Clock(load_default=None, data_key="to")
    reason = Text(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Closure:
        return catalogue.Closure(**{**data, "last": data["last"] or data["first"]})


def _day_of_the_year(text: str) -> None:
    """Raises ValidationError unless it is a day of some year; 02-29 is."""
    try:
        dt.date.fromisoformat(f"2024-{text}")
    except ValueError as error:
        if not is_stored():
            raise ValidationError("There is no such day. Give MM-DD.") from error


class Holidays(Schema):
    country = fields.String(
        load_default=lambda: file_defaults().country,
        validate=validate.Length(equal=2),
        metadata=described("ISO 3166-1 code; the municipality's country when left out"),
    )
    subdivision = fields.String(load_default=None, metadata=described("ISO 3166-2 code without the country"))
    local = fields.List(
        fields.String(validate=[validate.Regexp(r"\A[0-9]{2}-[0-9]{2}\Z", error="Give MM-DD."), _day_of_the_year]),
        load_default=list,
        metadata=described("days of each year that the country's list omits, as MM-DD"),
    )

    @validates_schema
    def country_is_known(self, data: dict[str, Any], **_: Any) -> None:
        import holidays

        known = holidays.list_supported_countries()
        if data["country"] not in known:
            raise ValidationError("The holidays of this country are not known.", "country")
        if data["subdivision"] is not None and data["subdivision"] not in known[data["country"]]:
            raise ValidationError("The holidays of this subdivision are not known.", "subdivision")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Holidays:
        local = tuple((int(text[:2]), int(text[3:])) for text in data.pop("local"))
        return catalogue.Holidays(local=local, **data)
