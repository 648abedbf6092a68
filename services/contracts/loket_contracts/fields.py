"""Field types that several schemas share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email
from marshmallow import ValidationError, fields, validate

from . import telephone
from .errors import Refusal
from .languages import LANGUAGES

IDENTIFIER = validate.Regexp(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", error="Use lower-case letters, digits and single hyphens.")
#: an id or a token, which Loket gave out itself
TOKEN = validate.Regexp(r"\A[A-Za-z0-9_-]{1,128}\Z", error="This is not an identifier that Loket gave out.")
#: characters that end a line, that are invisible, or that change the text direction
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
#: blanks, then a visible character: there is only one way to match, so the time is linear
ONE_LINE = validate.Regexp(rf"\A[^\S{_UNSEEN}]*[^\s{_UNSEEN}][^{_UNSEEN}]*\Z")
#: Loket accepts days in this range alone: before 1972 some time zones have offsets with seconds, which RFC 3339 cannot
#: express, and at the ends of Python's calendar there is no next day
FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2199, 12, 31)
DAY_ERROR = f"Give a day from {FIRST_DAY} up to {LAST_DAY}, as YYYY-MM-DD."
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Identifier(fields.String):
    """A name in the configuration, such as `bouwadvies`: lower-case letters, digits, single hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=[validate.Length(max=64), IDENTIFIER], **kwargs)


class TrueOrFalse(fields.Boolean):
    """true or false, and nothing that reads like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class ClockTime(fields.Time):
    """A local time of the day as HH:MM."""

    def __init__(self, **kwargs: Any) -> None:
        pattern = {"pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$"}
        super().__init__(format="%H:%M", metadata={**pattern, **kwargs.pop("metadata", {})}, **kwargs)


class ClosingTime(ClockTime):
    """A local time at which something ends. 00:00 is the end of the day, and loaded as None."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        time = super()._deserialize(value, attr, data, **kwargs)
        return None if time == dt.time() else time


class ListAsTuple(fields.List[Any]):
    """A list that is loaded as a tuple, for a frozen dataclass."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class Answers(fields.Dict):
    """Answers to intake questions, by question."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(keys=Identifier(), values=fields.String(validate=validate.Length(max=2000)), **kwargs)


class Day(fields.Date):
    """A local day as YYYY-MM-DD, of those that Loket reckons with."""

    def __init__(self, **kwargs: Any) -> None:
        messages: dict[str, Any] = {"invalid": DAY_ERROR}
        within = validate.Range(FIRST_DAY, LAST_DAY, error=DAY_ERROR)
        super().__init__(format="iso", error_messages=messages, validate=within, **kwargs)


class Instant(fields.AwareDateTime):
    """A moment as an RFC 3339 date-time with its offset. A time without an offset is refused, never guessed."""

    def __init__(self, **kwargs: Any) -> None:
        messages: dict[str, Any] = {
            "invalid": "Give the time as RFC 3339 with an offset, such as 2026-11-30T09:00:00+01:00.",
            "invalid_awareness": "Give the offset of the time too, such as 2026-11-30T09:00:00+01:00.",
        }
        super().__init__(format="iso", error_messages=messages, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> dt.datetime:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        moment: dt.datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            instant = moment.astimezone(dt.UTC)
        except OverflowError as error:
            raise ValidationError(DAY_ERROR) from error
        if not is_in_range(instant.date()):
            raise ValidationError(DAY_ERROR)
        return instant


class Email(fields.String):
    """An e-mail address by RFC 5321, in the normal form of email-validator, with an international domain in ASCII.

    One that needs SMTPUTF8 (RFC 6531) is refused: not every server on the way takes it, and the mail would not arrive.
    Whether the domain takes mail is not asked: that would need the network at the moment of booking.
    """

    LONGEST = 254

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=self.LONGEST), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        address = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(address, str):
            raise self.make_error("invalid")
        if len(address) > self.LONGEST:  # looked at no further: that would take seconds for a long one
            raise ValidationError(f"Longer than maximum length {self.LONGEST}.")
        try:
            found = validate_email(address.strip(), check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise ValidationError("This is not an e-mail address we can write to.") from error
        return str(found.ascii_email)


class Language(fields.String):
    """The language in which a person wants to be addressed. Booking falls back on the municipality's first one."""

    def __init__(self) -> None:
        super().__init__(
            load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES),
            metadata={"description": "the municipality's first language when it is left out, or not spoken there"},
        )  # fmt: skip


class Phone(fields.String):
    """A telephone number: in E.164 form when it begins with + and a country code, else as it was written.

    Booking reads the latter by the country of the municipality (`telephone.read`).
    """

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not isinstance(text, str):
            raise self.make_error("invalid")
        try:
            return telephone.require_shape(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


def parse_day(text: str) -> dt.date:
    """The day written as YYYY-MM-DD. Raises ValueError for anything else, and for a day out of range."""
    day = dt.date.fromisoformat(text)
    if not is_in_range(day):
        raise ValueError(DAY_ERROR)
    return day


def parse_day_parameter(text: str, parameter: str) -> dt.date:
    """As `parse_day`, for a parameter of a request. Raises Refusal: invalid-request."""
    try:
        return parse_day(text)
    except ValueError as error:
        raise Refusal("invalid-request", errors=[{"parameter": parameter, "detail": DAY_ERROR}]) from error


def is_in_range(day: dt.date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY
