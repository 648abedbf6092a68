"""Schemas of figures. docs/reference/figures.md has their formulas."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from loket_contracts.fields import Day, Identifier

FORMATS = ("json", "csv", "xlsx")


class ReportQuery(Schema):
    """A period of local days, inclusive, and the part of the municipality: all of it when nothing is named."""

    first = Day(data_key="from", load_default=None)
    last = Day(data_key="to", load_default=None)
    team = Identifier(load_default=None)
    appointment_type = Identifier(load_default=None)
    location = Identifier(load_default=None)


class FormatQuery(Schema):
    """The format of a table."""

    format = fields.String(
        load_default=None, validate=validate.OneOf(FORMATS), metadata={"description": "goes before Accept"}
    )


class TableQuery(ReportQuery, FormatQuery):
    """The interval and the dimension of a table."""

    every = fields.String(
        load_default=None, validate=validate.OneOf(("day", "week", "month", "quarter")),
        metadata={"description": "by the length of the period when it is left out"},
    )  # fmt: skip
    by = fields.String(load_default=None, validate=validate.OneOf(("team", "appointment_type", "location")))


def _figures(**about: Any) -> fields.Dict:
    description = "by name; null where there is nothing to say"
    return fields.Dict(
        keys=fields.String(), values=fields.Float(allow_none=True), required=True,
        metadata={"description": description, "example": {"appointments": 812, "no_show_share": 4.1}}, **about,
    )  # fmt: skip


class PeriodFigures(Schema):
    first = fields.Date(data_key="from", required=True)
    last = fields.Date(data_key="to", required=True)
    figures = _figures()


class PartFigures(Schema):
    part = fields.String(required=True, metadata={"description": "2026-11-24, 2026-W48, 2026-11 or 2026-Q4"})
    figures = _figures()


class NamedFigures(Schema):
    id = fields.String(required=True)
    figures = _figures()


class TableRow(PartFigures, NamedFigures):
    """One part of the period, of one team, type or location; `id` is empty when it is not divided."""


class Change(Schema):
    """The change of a figure since the period before."""

    difference = fields.Float(required=True, metadata={"description": "in the unit of the figure"})
    margin = fields.Float(
        required=True, allow_none=True,
        metadata={"description": "half the 95 % interval of the difference; null when it is unknown"},
    )  # fmt: skip


class Baseline(Schema):
    """The figures of the baseline, which was typed in or is of the first weeks."""

    first = fields.Date(data_key="from", required=True, allow_none=True)
    last = fields.Date(data_key="to", required=True, allow_none=True)
    figures = _figures()


class References(Schema):
    """What figures are compared with."""

    baseline = fields.Nested(Baseline, required=True, allow_none=True)
    targets = _figures()


class Overview(PeriodFigures):
    municipality = Identifier(required=True)
    before = fields.Nested(PeriodFigures, required=True, metadata={"description": "the period before, as long"})
    changes = fields.Dict(
        keys=fields.String(), values=fields.Nested(Change),
        metadata={"description": "of the figures that both periods have; counts need a period before that is complete"},
    )  # fmt: skip
    references = fields.Nested(References)
    breakdowns = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer()), required=True
    )
    every = fields.String(required=True)
    course = fields.List(fields.Nested(PartFigures), required=True)
    hours = fields.List(
        fields.List(fields.Integer()), required=True,
        metadata={"description": "appointments by weekday, Monday first, and local hour"},
    )  # fmt: skip
    by_team = fields.List(fields.Nested(NamedFigures), required=True)
    by_appointment_type = fields.List(fields.Nested(NamedFigures), required=True)
    by_location = fields.List(fields.Nested(NamedFigures), required=True)


class Table(Schema):
    rows = fields.List(fields.Nested(TableRow), required=True)


class OpenRow(Schema):
    """One month and type. A count is null when it, or what can be worked out from it, is below 5."""

    month = fields.String(required=True, metadata={"example": "2026-10"})
    appointment_type = fields.String(required=True)
    completed = fields.Integer(required=True, allow_none=True)
    no_show = fields.Integer(required=True, allow_none=True)
    cancelled = fields.Integer(required=True, allow_none=True)
    other = fields.Integer(required=True, allow_none=True)


class OpenData(Schema):
    rows = fields.List(fields.Nested(OpenRow), required=True)
