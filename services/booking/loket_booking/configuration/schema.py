"""The schema of a configuration file. docs/reference/configuration.md is generated from the descriptions."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from loket_contracts.event_data import CHANNELS
from loket_contracts.fields import Email, Identifier
from loket_contracts.languages import DEFAULT_LANGUAGE, LANGUAGES, SPOKEN_LANGUAGES
from loket_contracts.telephone import COUNTRIES
from loket_contracts.topic_icons import TOPIC_ICONS

from ..domain import catalogue
from ..domain import online as web
from ..domain.offer_hours import OfferHours
from ..domain.statements import AccessibilityStatement, PrivacyStatement
from .offers import HoursOfOffers
from .online import Look, Online
from .queue import Queue
from .schedule import Closure, Holidays, OpeningRule
from .statements import Accessibility, Privacy
from .values import DEFAULT_COUNTRY, MeetingUrl, Phone, Text, TimeZone, described

MINUTES_ON_GRID = validate.Range(min=0, max=24 * 60)


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
    travel_minutes = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=240),
        metadata=described("of a visit at the resident's: minutes of travel, before and after"),
    )
    meeting_url = MeetingUrl(
        load_default="",
        metadata=described(
            "of a video location: the address of the call; {reference} is replaced by the appointment's"
        ),
    )

    @validates_schema
    def only_a_video_call_has_an_address(self, data: dict[str, Any], **_: Any) -> None:
        if data["meeting_url"] and data["channel"] != "video":
            raise ValidationError("Only a location with channel video has a meeting address.", "meeting_url")


class Team(Schema):
    name = Text(required=True)
    email = Email(load_default=None)


class Resource(Schema):
    kind = fields.String(required=True, validate=validate.OneOf(("person", "room", "desk")))
    name = fields.String(required=True, validate=validate.Length(min=1, max=120))
    team = Identifier(load_default=None, metadata=described("a person's team; a room without one serves all"))
    locations = fields.List(Identifier(), required=True, validate=validate.Length(min=1))
    skills = fields.List(Identifier(), load_default=list, metadata=described("a person's skills, a room's properties"))
    languages = fields.List(
        fields.String(validate=validate.OneOf(SPOKEN_LANGUAGES)),
        load_default=list,
        metadata=described("the languages in which this person receives residents (ISO 639-1)"),
    )
    hours = fields.List(fields.Nested(OpeningRule), required=True)
    closures = fields.List(fields.Nested(Closure), load_default=list)


class Need(Schema):
    kind = fields.String(load_default="person", validate=validate.OneOf(("person", "room", "desk")))
    skill = Identifier(load_default=None)
    team = Identifier(load_default=None, metadata=described("another team than the type's own"))
    resource = Identifier(load_default=None, metadata=described("only this resource"))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Need:
        return catalogue.Need(**data)


class Condition(Schema):
    question = Identifier(required=True)
    is_ = fields.List(Identifier(), required=True, data_key="is", validate=validate.Length(min=1))


class Question(Schema):
    label = Text(required=True)
    kind = fields.String(
        load_default="text", validate=validate.OneOf(("text", "choice", "parcel", "reference", "file"))
    )
    required = fields.Boolean(load_default=False)
    hint = Text(load_default=dict)
    choices = fields.Dict(keys=Identifier(), values=Text(), load_default=dict)
    only_if = fields.Nested(
        Condition, load_default=None, metadata=described("asked only when that question has one of these answers")
    )
    due_working_days = fields.Integer(
        load_default=1,
        validate=validate.Range(min=0, max=30),
        metadata=described("of a required file: the working days before the visit on which it is due"),
    )
    if_missing = fields.String(
        load_default="keep",
        validate=validate.OneOf(("keep", "flag", "release")),
        metadata=described("what happens if it is missing then: keep the appointment, flag it, or release its time"),
    )

    @validates_schema
    def a_choice_has_choices(self, data: dict[str, Any], **_: Any) -> None:
        if (data["kind"] == "choice") != bool(data["choices"]):
            raise ValidationError("A question of kind choice, and no other, has choices.", "choices")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        condition = data["only_if"]
        return {**data, "only_if": condition and (condition["question"], frozenset(condition["is_"]))}


class Guidance(Schema):
    text = Text(required=True)
    link = fields.Url(load_default=None)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Guidance:
        return catalogue.Guidance(**data)


class Study(Schema):
    minutes = fields.Integer(required=True, validate=validate.Range(min=5, max=240))
    working_days = fields.Integer(required=True, validate=validate.Range(min=1, max=10))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.Study:
        return catalogue.Study(**data)


class Reasons(Schema):
    cancel = fields.List(Identifier(), load_default=list)
    reschedule = fields.List(Identifier(), load_default=list)
    no_show = fields.List(Identifier(), load_default=list)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> dict[str, frozenset[str]]:
        return {command: frozenset(codes) for command, codes in data.items() if codes}


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
        metadata=described("the lead time in whole working days; the later of the two applies"),
    )
    horizon_days = fields.Integer(
        load_default=60,
        validate=validate.Range(min=1, max=365),
        metadata=described("the days ahead that can be booked"),
    )
    needs = fields.List(fields.Nested(Need), required=True, validate=validate.Length(min=1))
    questions = fields.Dict(keys=Identifier(), values=fields.Nested(Question), load_default=dict)
    bring = fields.List(Text(), load_default=list)
    visibility = fields.String(
        load_default="public",
        validate=validate.OneOf(("public", "staff", "link")),
        metadata=described("who can book it: everyone, staff, or residents with an invitation"),
    )
    confirm = fields.String(
        load_default=None,
        validate=validate.OneOf(web.CONFIRMATIONS),
        metadata=described("over which a stranger confirms a booking of it; the municipality's when left out"),
    )
    guidance = fields.Nested(
        Guidance, load_default=None, metadata=described("when an appointment is not needed, and the alternative")
    )
    keywords = fields.List(Text(), load_default=list, metadata=described("synonyms for the search: dakkapel, uitbouw"))
    icon = fields.String(
        load_default=None, validate=validate.OneOf(TOPIC_ICONS), metadata=described("beside its name on the pages")
    )
    study = fields.Nested(
        Study,
        load_default=None,
        metadata=described("file study at any time in the working days before the visit, claimed with the booking"),
    )
    retention_days = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=3650),
        metadata=described("the municipality's when left out"),
    )
    pseudonymise = fields.Boolean(
        load_default=False,
        metadata=described("after the retention, keep the answers by choice and delete the rest, instead of all"),
    )


class MunicipalityFile(Schema):
    id = Identifier(required=True)
    name = Text(required=True)
    time_zone = TimeZone(load_default="Europe/Brussels")
    languages = fields.List(
        fields.String(validate=validate.OneOf(LANGUAGES)),
        load_default=lambda: [DEFAULT_LANGUAGE],
        validate=validate.Length(min=1),
        metadata=described("the languages in which its pages and messages are offered; the first one is its default"),
    )
    country = fields.String(
        load_default=DEFAULT_COUNTRY,
        validate=validate.OneOf(
            sorted(COUNTRIES), error="Give the two capital letters of a country (ISO 3166-1), such as BE."
        ),
        metadata=described(
            "ISO 3166-1 alpha-2; telephone numbers without a country code, addresses and holidays are of this country"
        ),
    )
    email = Email(load_default=None)
    phone = Phone(load_default=None)
    website = fields.Url(load_default=None)
    hold_minutes = fields.Integer(load_default=10, validate=validate.Range(min=1, max=60))
    release_minutes = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=24 * 60),
        metadata=described("minutes after a cancellation until its time can be booked, so that slots cannot be traded"),
    )
    no_show_minutes = fields.Integer(
        load_default=None,
        validate=validate.Range(min=5, max=24 * 60),
        metadata=described(
            "minutes after the start until a visitor who did not check in is a no-show; never when left out"
        ),
    )
    offer_minutes = fields.Integer(
        load_default=240,
        validate=validate.Range(min=5, max=3 * 24 * 60),
        metadata=described("how many minutes of `offer_hours` an offer from the waiting list is valid"),
    )
    offer_hours = fields.Nested(
        HoursOfOffers,
        load_default=OfferHours,
        metadata=described("when residents on the waiting list get offers; from 08:00 to 20:00 when left out"),
    )
    most_holds_per_client = fields.Integer(
        load_default=20,
        validate=validate.Range(min=0, max=1000),
        metadata=described("slots that one client address can hold at once; 0 is without limit"),
    )
    most_bookings_per_client = fields.Integer(
        load_default=20,
        validate=validate.Range(min=0, max=1000),
        metadata=described(
            "appointments that one client address can book in an hour without an account or key; 0 is without limit"
        ),
    )
    most_per_contact = fields.Integer(
        load_default=5,
        validate=validate.Range(min=0, max=1000),
        metadata=described("coming appointments of one type for one e-mail address; 0 is without limit"),
    )
    queue = fields.Nested(Queue, load_default=catalogue.QueuePolicy)
    reasons = fields.Nested(
        Reasons,
        load_default=dict,
        metadata=described("codes for cancelling, rescheduling and no-shows; defaults when left out"),
    )
    retention_days = fields.Integer(
        load_default=180,
        validate=validate.Range(min=1, max=3650),
        metadata=described("days after a visit until its personal data is deleted"),
    )
    online = fields.Nested(Online, load_default=web.Online)
    look = fields.Nested(Look, load_default=web.Look)
    privacy = fields.Nested(Privacy, load_default=PrivacyStatement)
    accessibility = fields.Nested(Accessibility, load_default=AccessibilityStatement)
    holidays = fields.Nested(Holidays, load_default=None)
    closures = fields.List(fields.Nested(Closure), load_default=list)
    locations = fields.Dict(
        keys=Identifier(), values=fields.Nested(Location), required=True, validate=validate.Length(min=1)
    )
    teams = fields.Dict(keys=Identifier(), values=fields.Nested(Team), required=True, validate=validate.Length(min=1))
    resources = fields.Dict(keys=Identifier(), values=fields.Nested(Resource), required=True)
    appointment_types = fields.Dict(keys=Identifier(), values=fields.Nested(AppointmentType), required=True)
