"""Schemas of the desk: the day, an appointment, the queue, closures and conflicts."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from loket_contracts.event_data import STATES
from loket_contracts.fields import Day, Identifier

from .appointments import Asked, File
from .queries import DATE


class AgendaQuery(Schema):
    date = Day(required=True, metadata={"description": "local date", "example": DATE})
    team = Identifier(load_default=None)
    resource = Identifier(load_default=None)


class QueueQuery(Schema):
    location = Identifier(required=True, metadata={"example": "gemeentehuis"})


class BusyQuery(Schema):
    source = Identifier(load_default="calendar", metadata={"description": "what to call this calendar"})


class Stretch(Schema):
    location = Identifier(required=True)
    from_ = fields.AwareDateTime(required=True, data_key="from")
    to = fields.AwareDateTime(required=True)


class Summary(Schema):
    """An appointment in a list. Staff of another team get it without the name."""

    state = fields.String(validate=validate.OneOf(STATES))
    sequence = fields.Integer()
    start = fields.AwareDateTime()
    end = fields.AwareDateTime()
    appointment_types = fields.List(Identifier())
    persons = fields.Integer()
    location = Identifier()
    resources = fields.List(Identifier())
    allowed = fields.List(fields.String(), metadata={"description": "what staff can do now"})
    name = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)
    flagged = fields.Boolean(metadata={"description": "a document is missed"})
    missing = fields.List(
        fields.String(), metadata={"description": "what it lacks before it begins: answers, documents, reply, contact"}
    )
    needs = fields.List(
        fields.String(), metadata={"description": "what the visitor needs: interpreter, wheelchair, hearing_loop"}
    )
    specialist_language = fields.String(
        allow_none=True, metadata={"description": "what the specialist must speak (ISO 639-1); null for any"}
    )


class Claim(Summary):
    appointment = fields.String(required=True)
    purpose = fields.String(required=True, metadata={"description": "visit, or study before it"})
    taken_from = fields.AwareDateTime(required=True)
    taken_to = fields.AwareDateTime(required=True)


class HeldTime(Schema):
    taken_from = fields.AwareDateTime(required=True)
    taken_to = fields.AwareDateTime(required=True)


class ResourceDay(Schema):
    resource = Identifier(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    open = fields.List(fields.Nested(Stretch), required=True)
    claims = fields.List(fields.Nested(Claim), required=True)
    provisional = fields.List(
        fields.Nested(HeldTime), metadata={"description": "held until the booking of a stranger is confirmed"}
    )


class Agenda(Schema):
    date = fields.Date(required=True)
    resources = fields.List(fields.Nested(ResourceDay), required=True)


class AskedAt(Asked):
    who = fields.String(required=True, allow_none=True, metadata={"description": "the account that asked"})
    at = fields.AwareDateTime(required=True)
    answered_at = fields.AwareDateTime(required=True, allow_none=True)


class KeptFile(File):
    at = fields.AwareDateTime(required=True)
    sha256 = fields.String()


class ResidentContact(Schema):
    name = fields.String()
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    language = fields.String()
    visitor = fields.String(allow_none=True, metadata={"description": "who comes, if that is somebody else"})
    interpreter = fields.String(allow_none=True, metadata={"description": "the language to interpret"})
    access_needs = fields.String(allow_none=True, metadata={"description": "wheelchair, hearing_loop, or both"})


class Step(Schema):
    command = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    who = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class EarlierVisit(Summary):
    appointment = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)


class StaffNote(Schema):
    text = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    who = fields.String(required=True, allow_none=True)


class Dossier(EarlierVisit):
    """All data of a visit. Reading it is recorded in the audit log."""

    move_refusal = fields.String(
        required=True, allow_none=True,
        metadata={"description": "why it cannot be moved as it is: the code of the problem; null when it can"},
    )  # fmt: skip
    move_to = fields.List(
        Identifier(), required=True,
        metadata={"description": "the locations to move it to, when its own is removed"},
    )  # fmt: skip
    contact = fields.Nested(ResidentContact, required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    unanswered = fields.List(
        Identifier(), required=True, metadata={"description": "the required questions that are still to be asked"}
    )
    notes = fields.String(required=True, metadata={"description": "what a portal passed on"})
    files = fields.List(fields.Nested(KeptFile), required=True)
    asked = fields.List(fields.Nested(AskedAt), required=True)
    staff_notes = fields.List(fields.Nested(StaffNote))
    file_reference = fields.String(required=True, allow_none=True)
    follows = fields.String(required=True, allow_none=True)
    history = fields.List(fields.Nested(Step), required=True)
    earlier = fields.List(fields.Nested(EarlierVisit), required=True)


class BarredAddress(Schema):
    """An address without a mailbox, as its mail server said."""

    channel = fields.String(required=True, validate=validate.OneOf(("email", "sms")))
    since = fields.AwareDateTime(required=True)
    until = fields.AwareDateTime(required=True)


class BarredAddresses(Schema):
    barred = fields.List(fields.Nested(BarredAddress), required=True)


class ReplacedLink(Schema):
    sent = fields.Boolean(
        required=True, metadata={"description": "whether a message with the new link goes to the resident"}
    )


class Person(Schema):
    """Who waits or is served, by number or reference."""

    kind = fields.String(required=True, validate=validate.OneOf(("ticket", "appointment")))
    id = fields.String(required=True)
    shown = fields.String(required=True)
    state = fields.String(required=True)
    sequence = fields.Integer(required=True)
    team = Identifier(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    arrived_at = fields.AwareDateTime(required=True)
    start = fields.AwareDateTime(required=True, allow_none=True)
    desk = fields.String(required=True, allow_none=True)
    called_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "when the person was called; null while waiting"}
    )


class WaitingPerson(Person):
    expected_minutes = fields.Integer(required=True, metadata={"description": "about how long it still takes"})
    wait_from = fields.Integer(
        allow_none=True, metadata={"description": "the shortest expected wait in minutes; null when no one serves now"}
    )
    wait_to = fields.Integer(
        allow_none=True, metadata={"description": "the longest expected wait in minutes, never beyond closing time"}
    )
    is_after_closing = fields.Boolean(metadata={"description": "it will probably not be their turn today"})


class Queue(Schema):
    location = Identifier(required=True)
    order = fields.String(required=True)
    waiting = fields.List(fields.Nested(WaitingPerson), required=True)
    called = fields.List(fields.Nested(Person), required=True)


class Clash(Summary):
    appointment = fields.String(required=True)
    resource = Identifier(required=True)
    reason = fields.String(required=True)


class Clashes(Schema):
    clashes = fields.List(fields.Nested(Clash), required=True)


class Closure(Schema):
    id = fields.String(required=True)
    first = fields.Date(required=True)
    last = fields.Date(required=True)
    from_ = fields.String(required=True, allow_none=True, data_key="from", metadata={"description": "HH:MM, local"})
    to = fields.String(required=True, allow_none=True, metadata={"description": "HH:MM, local"})
    resource = Identifier(required=True, allow_none=True)
    location = Identifier(required=True, allow_none=True)
    reason = fields.String(required=True)
    source = fields.String(required=True, allow_none=True)
    made_by = fields.String(required=True, allow_none=True)


class LaidClosure(Closure):
    clashes = fields.List(fields.Nested(Clash), required=True)


class Closures(Schema):
    closures = fields.List(fields.Nested(Closure), required=True)


class FeedAddress(Schema):
    url = fields.Url(
        required=True, require_tld=False, metadata={"description": "a secret: who has it reads the agenda"}
    )


class BusyTimes(Schema):
    busy_times = fields.Integer(required=True)
    busy_times_before = fields.Integer(
        required=True, metadata={"description": "of the same source, from today on, until now"}
    )
    clashes = fields.List(fields.Nested(Clash), required=True)


class Proposal(Schema):
    appointment = fields.String(required=True)
    from_ = fields.AwareDateTime(required=True, data_key="from")
    start = fields.AwareDateTime(required=True, allow_none=True)
    resources = fields.List(Identifier(), required=True)


class Proposals(Schema):
    proposals = fields.List(fields.Nested(Proposal), required=True)


class MoveResult(Schema):
    appointment = fields.String(required=True)
    result = fields.String(required=True, metadata={"description": "moved, or the code of a problem"})


class MoveResults(Schema):
    results = fields.List(fields.Nested(MoveResult), required=True)


class MadeInvitation(Schema):
    id = fields.String(required=True)
    municipality = Identifier(required=True)
    appointment_type = Identifier(required=True)
    resource = Identifier(required=True, allow_none=True)
    location = Identifier(required=True, allow_none=True)
    file_reference = fields.String(required=True, allow_none=True)
    made_by = fields.String(required=True, allow_none=True)
    made_at = fields.AwareDateTime(required=True)
    expires = fields.AwareDateTime(required=True)
    revoked = fields.Boolean(required=True)
    appointment = fields.String(required=True, allow_none=True)


class NewInvitation(MadeInvitation):
    token = fields.String(required=True, metadata={"description": "returned only this once; the link contains it"})


class Invitations(Schema):
    invitations = fields.List(fields.Nested(MadeInvitation), required=True)
