"""The event as it travels: CloudEvents 1.0 in structured JSON mode (content type application/cloudevents+json)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from .unknown_fields import PreservesUnknownFields

CONTENT_TYPE = JSONFormat.CONTENT_TYPE
_json = JSONFormat()


class MalformedEvent(Exception):
    """A message that is not an event of Loket. A retry cannot help, so it is dead-lettered immediately."""


@dataclass(frozen=True)
class Event(PreservesUnknownFields):
    """A fact in the past tense, about one subject, without personal data.

    `id` is unique for all time and the same on every delivery. `sequence` counts the events of one subject from 1,
    so that a reader can drop what is older than what it has. `time` is in UTC. `traceparent` is the W3C Trace
    Context of the request that caused the event.
    """

    id: str
    type: str
    source: str
    municipality: str
    subject: str
    sequence: int
    time: dt.datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    traceparent: str | None = None

    @property
    def name(self) -> str:
        """The type without its version: `appointment.booked` for `appointment.booked.v1`."""
        return self.type.rpartition(".v")[0]

    @property
    def version(self) -> int:
        """The version in the type. Raises MalformedEvent when there is none."""
        number = self.type.rpartition(".v")[2]
        if not number.isdecimal():
            raise MalformedEvent(f"the type {self.type} has no version")
        return int(number)

    def to_json(self) -> bytes:
        attributes: dict[str, Any] = {
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
            "municipality": self.municipality,
            "sequence": self.sequence,
        }
        if self.traceparent:
            attributes["traceparent"] = self.traceparent
        return _json.write(CloudEvent(attributes, dict(self.data)))

    @classmethod
    def from_json(cls, body: str | bytes) -> Event:
        """Raises MalformedEvent when the body is not a CloudEvent with the attributes that Loket adds."""
        try:
            event = _json.read(None, body)
            return cls._of(event.get_attributes(), event.get_data())
        except (KeyError, TypeError, ValueError, AttributeError, CloudEventValidationError) as error:
            raise MalformedEvent(f"{type(error).__name__}: {error}") from error

    @classmethod
    def from_log(cls, text: str) -> Event:
        """Read what `to_json` wrote for a page of an event log, without the checks of CloudEvents, which take longest.

        Raises MalformedEvent.
        """
        try:
            attributes = json.loads(text)
            return cls._of({**attributes, "time": dt.datetime.fromisoformat(attributes["time"])}, attributes["data"])
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedEvent(f"{type(error).__name__}: {error}") from error

    @classmethod
    def _of(cls, attributes: Mapping[str, Any], data: Any) -> Event:
        if not isinstance(data, dict):
            raise MalformedEvent("the data of an event is a JSON object")
        return cls(
            id=attributes["id"],
            type=attributes["type"],
            source=attributes["source"],
            municipality=attributes["municipality"],
            subject=attributes["subject"],
            sequence=int(attributes["sequence"]),
            time=attributes["time"],
            data=data,
            traceparent=attributes.get("traceparent"),
        )
