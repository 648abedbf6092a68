"""The schemas of the data of events, without personal data."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from .fields import Identifier, Instant
from .languages import LANGUAGES
from .visits import APPOINTMENT_STATES, TICKET_STATES

CHANNELS = ("on_site", "phone", "video", "visit")
ACTORS = ("resident", "staff", "portal", "system")
STATES = tuple(state.name for state in APPOINTMENT_STATES)
#: the reasons why nothing is free, in the order in which they are checked
REASONS_WITHOUT_SLOT = (
    "past",  # the day is over
    "horizon",  # the day lies further ahead than may be booked
    "holiday",
    "closed",  # no opening hours
    "leave",  # opening hours, all taken out by closures
    "too-short",  # open, but nowhere as long as the visit with its buffers
    "full",  # long enough, but taken by others
    "no-study-time",  # free, but the file cannot be studied before
    "alone",  # free, but those who are needed as well are not
    "lead-time",  # what is free begins before the lead time is over
)
OUTCOMES = ("answered", "follow_up", "referred", "not_prepared")


class AppointmentData(Schema):
    """What every appointment event contains: the whole appointment as it is now, without the resident.

    Because each event carries the whole, a reader that missed one is right again with the next.
    """

    appointment = fields.String(required=True, metadata={"description": "the id of the appointment"})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    appointment_types = fields.List(Identifier(), required=True, validate=validate.Length(min=1))
    team = Identifier(required=True)
    location = Identifier(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    resources = fields.List(
        Identifier(), required=True, metadata={"description": "whose calendars it takes; a code, never a name"}
    )
    persons = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    start = Instant(required=True)
    end = Instant(required=True)
    time_zone = fields.String(required=True, metadata={"description": "IANA name of the location's zone"})
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    booked_at = Instant(required=True)
    booked_by = fields.String(required=True, validate=validate.OneOf(ACTORS))
    desk = fields.String(metadata={"description": "the counter to which the resident is called"})
    outcome = fields.String(validate=validate.OneOf(OUTCOMES))
    follows = fields.String(metadata={"description": "the appointment that this one follows up"})
    companion = fields.String(
        validate=validate.OneOf(("invited", "withdrawn")),
        metadata={"description": "whether someone who comes along is invited, or was with this event no longer"},
    )


class ProvisionalData(Schema):
    """A booking whose resident has yet to confirm their address or number. It may expire without a further event.

    Its sequence numbers count the codes that were sent, not the events of the appointment.
    """

    appointment = fields.String(required=True, metadata={"description": "the id that the appointment will have"})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    appointment_types = fields.List(Identifier(), required=True, validate=validate.Length(min=1))
    team = Identifier(required=True)
    location = Identifier(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    time_zone = fields.String(required=True, metadata={"description": "IANA name of the location's zone"})
    confirm_by = fields.String(required=True, validate=validate.OneOf(("email", "sms")))
    expires_at = Instant(required=True, metadata={"description": "until then the slot is held"})


class CancelledData(AppointmentData):
    """An appointment that will not take place, and why."""

    cancelled_by = fields.String(required=True, validate=validate.OneOf(ACTORS))
    reason = fields.String(required=True, metadata={"description": "a reason code of the municipality"})
    silent = fields.Boolean(metadata={"description": "staff inform the resident themselves: no message is sent"})


class RescheduledData(AppointmentData):
    """An appointment that was moved to another moment, under the same id."""

    previous_start = Instant(required=True)
    rescheduled_by = fields.String(validate=validate.OneOf(ACTORS))
    reason = fields.String(metadata={"description": "a reason code of the municipality"})
    silent = fields.Boolean(metadata={"description": "staff inform the resident themselves: no message is sent"})


class TicketData(Schema):
    """What every ticket event contains: the whole ticket as it is now, without personal data."""

    ticket = fields.String(required=True)
    number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    state = fields.String(required=True, validate=validate.OneOf(tuple(state.name for state in TICKET_STATES)))
    location = Identifier(required=True)
    team = Identifier(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    persons = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    time_zone = fields.String(required=True)
    arrived_at = Instant(required=True)
    resource = Identifier(metadata={"description": "who called it"})
    desk = fields.String(metadata={"description": "the counter to which it is called"})
    outcome = fields.String(validate=validate.OneOf(OUTCOMES))
    follows = fields.String(metadata={"description": "the appointment from which it was passed on"})


class WaitingListData(Schema):
    """A place on the waiting list: which appointment would come earlier."""

    appointment = fields.String(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    team = Identifier(required=True)
    location = Identifier(required=True)
    persons = fields.Integer(required=True, strict=True)
    start = Instant(required=True, metadata={"description": "of the appointment as it is"})
    time_zone = fields.String(required=True)


class OfferedData(WaitingListData):
    """A slot that is held for one resident until it expires."""

    offered_start = Instant(required=True)
    expires_at = Instant(required=True)


class NotOnListData(WaitingListData):
    """Why an offer passed on, or a place was given up."""

    reason = fields.String(required=True)


class CapacityData(Schema):
    """What a resource can give on a day: its opening hours less its closures, in minutes."""

    resource = Identifier(required=True)
    team = Identifier(allow_none=True, required=True)
    kind = fields.String(required=True)
    date = fields.Date(required=True)
    offered_minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class SampleData(Schema):
    """How far away the first and the third free slot of a type at a location were, on one day. Null: nowhere."""

    appointment_type = Identifier(required=True)
    team = Identifier(required=True)
    location = Identifier(required=True)
    date = fields.Date(required=True, metadata={"description": "the local day on which it was looked up"})
    first_after_days = fields.Integer(required=True, allow_none=True, strict=True, validate=validate.Range(min=0))
    third_after_days = fields.Integer(required=True, allow_none=True, strict=True, validate=validate.Range(min=0))


class FeedbackData(Schema):
    """What a resident thought of a visit. The comment stays in booking."""

    appointment = fields.String(required=True)
    team = Identifier(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    score = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=5))
    has_comment = fields.Boolean(required=True)


class ReportDueData(Schema):
    """A week that is over, of a team that may want to know how it went."""

    team = Identifier(required=True)
    first = fields.Date(required=True, data_key="from", metadata={"description": "Monday, a local day"})
    last = fields.Date(required=True, data_key="to", metadata={"description": "Sunday"})


class ErasedData(Schema):
    """The appointments whose resident was erased."""

    appointments = fields.List(fields.String(), required=True)


class MessageData(Schema):
    """The result of sending one message, without its address."""

    message = fields.String(required=True)
    appointment = fields.String(required=True)
    template = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(("email", "sms")))


class FailedMessageData(MessageData):
    """A message that was given up."""

    reason = fields.String(required=True)
