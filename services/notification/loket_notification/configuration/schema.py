"""The schema of a message plan."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate

from loket_contracts.fields import Identifier
from loket_contracts.languages import LANGUAGES

from ..composing.phrases import PARTS
from ..domain.kinds import CHANNELS, KINDS
from ..domain.timing import Before, QuietHours, Timing

UNITS = {"second": "seconds", "minute": "minutes", "hour": "hours", "day": "days"}
_SPAN = re.compile(r"(\d{1,4}) (second|minute|hour|day)s?")


class Span(fields.Field[tuple[int, str]]):
    """A number of seconds, minutes, hours or days, such as `3 days`."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[int, str]:
        found = _SPAN.fullmatch(str(value))
        if found is None:
            raise ValidationError("Give a number and seconds, minutes, hours or days, such as 3 days.")
        return int(found[1]), UNITS[found[2]]


class Clock(fields.Field[dt.time]):
    """A time on the clock, such as `21:00`."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> dt.time:
        try:
            return dt.time.fromisoformat(str(value))
        except ValueError as error:
            raise ValidationError('Give a time in quotes, such as "21:00".') from error


class TimingFile(Schema):
    """When a message is sent, and over which channels."""

    by = fields.List(
        fields.String(validate=validate.OneOf(CHANNELS)), required=True, validate=validate.Length(min=1),
        metadata={"description": "the channels, each of them: email, sms"},
    )  # fmt: skip
    otherwise = fields.List(
        fields.String(validate=validate.OneOf(CHANNELS)), load_default=list,
        metadata={"description": "the channels for residents who cannot be reached over those"},
    )  # fmt: skip
    before = Span(load_default=None, metadata={"description": "the time before the visit, such as 3 days or 2 hours"})
    after = Span(load_default=None, metadata={"description": "the time after the event, such as 1 minute"})
    within = Span(
        load_default=None, metadata={"description": "only when the visit is within this number of days; 0 is today"}
    )

    @post_load
    def _make(self, given: dict[str, Any], **_: Any) -> Timing:
        before, after, within = given["before"], given["after"], given["within"]
        if before and after:
            raise ValidationError("Give before or after, not both.", "after")
        if within and within[1] != "days":
            raise ValidationError("Give it in days.", "within")
        return Timing(
            tuple(given["by"]),
            tuple(given["otherwise"]),
            _before(*before) if before else None,
            dt.timedelta(**{after[1]: after[0]}) if after else dt.timedelta(),
            within[0] if within else None,
        )


def _before(number: int, unit: str) -> Before:
    return Before(days=number) if unit == "days" else Before(dt.timedelta(**{unit: number}))


class TimingOrNever(fields.Nested):
    """A timing, or false for never."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return None if value is False else super()._deserialize(value, *args, **kwargs)


#: a code is always sent, over the channel that is confirmed
TIMED_KINDS = sorted(name for name, kind in KINDS.items() if not kind.is_code)


def _timings(description: str) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(TIMED_KINDS)),
        values=TimingOrNever(TimingFile),
        load_default=dict,
        metadata={"description": description},
    )


class QuietFile(Schema):
    """The hours in which no SMS is sent."""

    start = Clock(required=True, data_key="from", metadata={"description": 'such as "21:00"'})
    end = Clock(required=True, data_key="to", metadata={"description": 'such as "08:00"; may be on the next day'})

    @post_load
    def _make(self, given: dict[str, Any], **_: Any) -> QuietHours:
        return QuietHours(given["start"], given["end"])


class QuietOrNone(fields.Nested):
    """Quiet hours, or false for none."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        return None if value is False else super()._deserialize(value, *args, **kwargs)


class MostPerDay(Schema):
    """The maximum number of messages to one person on one day: a safety limit."""

    email = fields.Integer(load_default=20, validate=validate.Range(min=1))
    sms = fields.Integer(load_default=6, validate=validate.Range(min=1))


class PlanFile(Schema):
    """The messages of a municipality. Defaults apply to what is left out."""

    municipality = Identifier(required=True)
    sender = fields.String(
        load_default="Loket", validate=validate.Regexp(r"([A-Za-z0-9 ]{3,11}|\+\d{8,15})\Z"),
        metadata={"description": "who an SMS is from: up to 11 letters and digits, or a number"},
    )  # fmt: skip
    quiet_hours = QuietOrNone(
        QuietFile, load_default=lambda: QuietHours(dt.time(21), dt.time(8)),
        metadata={"description": "when no SMS leaves; false for never"},
    )  # fmt: skip
    most_per_day = fields.Nested(
        MostPerDay, load_default=lambda: MostPerDay().load({}), metadata={"description": "to one person"}
    )
    resident_reasons = fields.List(
        fields.String(), load_default=list,
        metadata={
            "description": "your own reason codes with which staff move or cancel for the resident: no apology; the "
            "usual ones need not be listed"
        },
    )  # fmt: skip
    messages = _timings("by kind of message; false for never")
    weekly_report = fields.Boolean(
        load_default=True, metadata={"description": "how last week went, to each team that has an address"}
    )
    types = fields.Dict(
        keys=Identifier(), values=_timings(""), load_default=dict,
        metadata={"description": "the same for one appointment type"},
    )  # fmt: skip
    texts = fields.Dict(
        keys=fields.String(validate=validate.OneOf(LANGUAGES)),
        values=fields.Dict(
            keys=fields.String(validate=validate.OneOf(sorted(KINDS))),
            values=fields.Dict(keys=fields.String(validate=validate.OneOf(PARTS)), values=fields.String()),
        ),
        load_default=dict,
        metadata={
            "description": "by language, kind and part (subject, opening, detail, closing, sms); with placeholders, "
            "{% if %} and a few filters, and nothing that repeats or calculates"
        },
    )
