"""The shape of a municipality's configuration file. docs/reference/configuration.md is made from the descriptions."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from loket_contracts.events import CHANNELS
from loket_contracts.fields import LANGUAGES, Email, Identifier, Phone

from ..domain import catalogue

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES_ON_GRID = validate.Range(min=0, max=24 * 60)


def described(text: str) -> dict[str, str]:
    return {"description": text}


class Text(fields.Field):
    """One text in several languages, as a mapping; a bare string is Dutch."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if isinstance(value, str):
            value = {"nl": value}
        if not isinstance(value, Mapping) or not value:
            raise ValidationError("Give a text, or one per language (nl, fr, de, en).")
        for language, text in value.items():
            if language not in LANGUAGES:
                raise ValidationError({language: ["Not a language of Loket (nl, fr, de, en)."]})
            if not isinstance(text, str) or not text.strip():
                raise ValidationError({language: ["Give a text."]})
        return {language: text.strip() for language, text in value.items()}


class TimeZone(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return zoneinfo.ZoneInfo(str(value)).key
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValidationError("Not a time zone of the IANA database, such as Europe/Brussels.") from error


class Clock(fields.Time):
    """A wall-clock time on the five-minute grid, as HH:MM. 00:00 as an end is midnight."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dt.time:
        if not isinstance(value, str):
            raise ValidationError('Give the time in quotes, such as "09:00".')
        moment: dt.time = super()._deserialize(value, attr, data, **kwargs)
        if moment.minute % 5:
            raise ValidationError("Give a time on a multiple of five minutes.")
        return moment


class OpeningRule(Schema):
    days = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), required=True, validate=validate.Length(min=1))
    start = Clock(required=True, data_key="from", metadata=described("HH:MM, local time"))
    end = Clock(required=True, data_key="to", metadata=described("HH:MM, local time; 00:00 is midnight"))
    valid_from = fields.Date(load_default=None)
    valid_until = fields.Date(load_default=None, metadata=described("the last day, inclusive"))

    every_weeks = fields.Integer(
        load_default=1,
        validate=validate.Range(min=1, max=52),
        metadata=described("2 is every other week, counted from the week of valid_from"),
    )

    @validates_schema
    def weeks_are_counted_from_somewhere(self, data: dict[str, Any], **_: Any) -> None:
        if data["every_weeks"] > 1 and data["valid_from"] is None:
            raise ValidationError("Give valid_from: the weeks are counted from there.", "every_weeks")

    @validates_schema
    def ends_after_it_starts(self, data: dict[str, Any], **_: Any) -> None:
        if data["end"] != dt.time() and data["end"] <= data["start"]:
            raise ValidationError("The end must lie after the start.", "to")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.OpeningRule:
        days = frozenset(WEEKDAYS.index(name) for name in data.pop("days"))
        return catalogue.OpeningRule(weekdays=days, **data)


class Closure(Schema):
    first = fields.Date(required=True, metadata=described("the first day, YYYY-MM-DD"))
    last = fields.Date(load_default=None, metadata=described("the last day, inclusive; the same day when left out"))
    start = Clock(load_default=None, data_key="from")
    end = Clock(load_default=None, data_key="to")
    reason = Text(required=True)

    @validates_schema
    def ends_after_it_starts(self, data: dict[str, Any], **_: Any) -> None:
        if data["last"] is not None and data["last"] < data["first"]:
            raise ValidationError("The last day must not lie before the first.", "last")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Closure:
        return catalogue.Closure(**{**data, "last": data["last"] or data["first"]})


class Holidays(Schema):
    country = fields.String(required=True, validate=validate.Length(equal=2), metadata=described("ISO 3166-1 code"))
    subdivision = fields.String(load_default=None, metadata=described("ISO 3166-2 code without the country"))
    local = fields.List(
        fields.String(validate=validate.Regexp(r"\A(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z", error="Give MM-DD.")),
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


class Address(Schema):
    street = fields.String(required=True)
    postcode = fields.String(required=True)
    city = fields.String(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Address:
        return catalogue.Address(**data)


class Location(Schema):
    name = Text(required=True)
    channel = fields.String(load_default="on_site", validate=validate.OneOf(CHANNELS))
    time_zone = TimeZone(load_default=None, metadata=described("the municipality's when left out"))
    address = fields.Nested(Address, load_default=None)
    directions = Text(load_default=dict)
    closures = fields.List(fields.Nested(Closure), load_default=list)


class Team(Schema):
    name = Text(required=True)
    email = Email(load_default=None)


class Resource(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(("person", "room", "desk")))
    name = fields.String(required=True, validate=validate.Length(min=1, max=120))
    team = Identifier(load_default=None, metadata=described("a person's team; a room without one serves all"))
    locations = fields.List(Identifier(), required=True, validate=validate.Length(min=1))
    skills = fields.List(Identifier(), load_default=list, metadata=described("a person's skills, a room's properties"))
    languages = fields.List(fields.String(validate=validate.OneOf(LANGUAGES)), load_default=list)
    hours = fields.List(fields.Nested(OpeningRule), required=True)
    closures = fields.List(fields.Nested(Closure), load_default=list)


class Need(Schema):
    kind = fields.String(load_default="person", validate=validate.OneOf(("person", "room", "desk")))
    skill = Identifier(load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Need:
        return catalogue.Need(**data)


class Question(Schema):
    label = Text(required=True)
    kind = fields.String(load_default="text", validate=validate.OneOf(("text", "choice", "parcel", "reference")))
    required = fields.Boolean(load_default=False)
    hint = Text(load_default=dict)
    choices = fields.Dict(keys=Identifier(), values=Text(), load_default=dict)

    @validates_schema
    def a_choice_has_choices(self, data: dict[str, Any], **_: Any) -> None:
        if (data["kind"] == "choice") != bool(data["choices"]):
            raise ValidationError("A question of kind choice, and no other, has choices.", "choices")


class AppointmentType(Schema):
    name = Text(required=True)
    description = Text(load_default=dict)
    category = Text(load_default=dict)
    team = Identifier(required=True)
    locations = fields.List(Identifier(), required=True, validate=validate.Length(min=1))
    duration = fields.Integer(
        required=True, validate=validate.Range(min=5, max=480), metadata=described("minutes, for one person")
    )
    per_extra_person = fields.Integer(
        load_default=0, validate=validate.Range(min=0, max=120), metadata=described("extra minutes per person")
    )
    preparation = fields.Integer(
        load_default=0, validate=MINUTES_ON_GRID, metadata=described("minutes before, for the specialist")
    )
    wrap_up = fields.Integer(
        load_default=0, validate=MINUTES_ON_GRID, metadata=described("minutes after, for the specialist")
    )
    interval = fields.Integer(
        load_default=15,
        validate=validate.OneOf((5, 10, 15, 20, 30, 60)),
        metadata=described("minutes between possible starts"),
    )
    notice_hours = fields.Integer(
        load_default=2, validate=validate.Range(min=0, max=24 * 90), metadata=described("the lead time, in hours")
    )
    notice_working_days = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=60),
        metadata=described("the lead time in working days, in full; the later of the two counts"),
    )
    horizon_days = fields.Integer(
        load_default=60, validate=validate.Range(min=1, max=365), metadata=described("how far ahead may be booked")
    )
    needs = fields.List(fields.Nested(Need), required=True, validate=validate.Length(min=1))
    questions = fields.Dict(keys=Identifier(), values=fields.Nested(Question), load_default=dict)
    bring = fields.List(Text(), load_default=list)


class MunicipalityFile(Schema):
    id = Identifier(required=True)
    name = Text(required=True)
    time_zone = TimeZone(load_default="Europe/Brussels")
    languages = fields.List(
        fields.String(validate=validate.OneOf(LANGUAGES)), load_default=lambda: ["nl"], validate=validate.Length(min=1)
    )
    email = Email(load_default=None)
    phone = Phone(load_default=None)
    website = fields.Url(load_default=None)
    hold_minutes = fields.Integer(load_default=10, validate=validate.Range(min=1, max=60))
    retention_days = fields.Integer(
        load_default=180,
        validate=validate.Range(min=1, max=3650),
        metadata=described("so many days after a visit, who came and what they answered is deleted"),
    )
    holidays = fields.Nested(Holidays, load_default=None)
    closures = fields.List(fields.Nested(Closure), load_default=list)
    locations = fields.Dict(
        keys=Identifier(), values=fields.Nested(Location), required=True, validate=validate.Length(min=1)
    )
    teams = fields.Dict(keys=Identifier(), values=fields.Nested(Team), required=True, validate=validate.Length(min=1))
    resources = fields.Dict(keys=Identifier(), values=fields.Nested(Resource), required=True)
    appointment_types = fields.Dict(keys=Identifier(), values=fields.Nested(AppointmentType), required=True)
