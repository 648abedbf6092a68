"""The fields of a configuration file: texts per language, telephone numbers, time zones, clock times.

The meaning of a bare text or number depends on the municipality: see `FileDefaults`.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.experimental.context import Context

from loket_contracts import telephone
from loket_contracts.languages import DEFAULT_LANGUAGE, LANGUAGES, in_order
from loket_contracts.periods import is_stored

#: the country of a municipality that gives none
DEFAULT_COUNTRY = "BE"


UNSPOKEN = f"Loket does not speak this language. Choose one of: {', '.join(LANGUAGES)}."


@dataclass(frozen=True)
class FileDefaults:
    """The municipality's languages, the default first, and its country, with which its file is read."""

    languages: Sequence[str] = (DEFAULT_LANGUAGE,)
    country: str = DEFAULT_COUNTRY

    @classmethod
    def of(cls, given: Any) -> FileDefaults:
        """Those in the file. Invalid ones, which validation refuses, are left out."""
        if not isinstance(given, Mapping):
            return cls()
        languages, country = given.get("languages"), given.get("country")
        spoken = [each for each in languages if each in LANGUAGES] if isinstance(languages, list) else []
        known = country if isinstance(country, str) and country in telephone.COUNTRIES else cls.country
        return cls(spoken or cls.languages, known)


def file_defaults() -> FileDefaults:
    """The defaults of the file that is being read."""
    return Context[FileDefaults].get(default=FileDefaults())


def described(text: str) -> dict[str, str]:
    return {"description": text}


class Text(fields.Field):
    """A text in several languages, as a mapping; a bare string is in the municipality's first language.

    The result has the municipality's languages first, in its order.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if isinstance(value, str):
            value = {file_defaults().languages[0]: value}
        if not isinstance(value, Mapping) or not value:
            raise ValidationError(f"Give a text, or one per language: {', '.join(LANGUAGES)}.")
        for language, text in value.items():
            if language not in LANGUAGES:
                raise ValidationError({language: [UNSPOKEN]})
            if not isinstance(text, str) or not text.strip():
                raise ValidationError({language: ["Give a text."]})
        return in_order({language: text.strip() for language, text in value.items()}, file_defaults().languages)


class Phone(fields.String):
    """A telephone number of the municipality's country, or one with + and a country code. Stored in E.164 form."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            return telephone.read(super()._deserialize(value, attr, data, **kwargs) or "", file_defaults().country)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class MeetingUrl(fields.Url):
    """An https address. {reference} in it is replaced by the reference of an appointment."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(schemes={"https"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        address: str = super()._deserialize(value, attr, data, **kwargs)
        if not {"{", "}"}.isdisjoint(address.replace("{reference}", "")):
            raise self.make_error("invalid")
        return address


#: not time zones: files that some systems have for the zone of the machine
NOT_ZONES = frozenset({"localtime", "Factory"})


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA database, without variants such as posix/ and right/."""
    return frozenset(zoneinfo.available_timezones()) - NOT_ZONES


class TimeZone(fields.String):
    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        try:
            if value in time_zones() or is_stored():
                return zoneinfo.ZoneInfo(str(value)).key
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
        raise ValidationError("Not a time zone of the IANA database, such as Europe/Brussels.")


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
