"""The kinds of values in a configuration file: texts per language, time zones, clock times."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from loket_contracts.fields import LANGUAGES


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


class MeetingUrl(fields.Url):
    """An https address in which {reference} may stand for the reference of an appointment."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(schemes={"https"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address: str = super()._deserialize(value, attr, data, **kwargs)
        if not {"{", "}"}.isdisjoint(address.replace("{reference}", "")):
            raise self.make_error("invalid")
        return address


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
