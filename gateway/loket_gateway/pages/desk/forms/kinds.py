"""The forms with which a municipality is set up: which part of the configuration, and which fields.

All labels are English source texts, of which `i18n/locale/` has the translations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loket_contracts.fields import WEEKDAYS

from .fields import Field, slug

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Group:
    """Fields below one heading."""

    title: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Form:
    """`path`: the word in its address. `section`: of the configuration. `fixed`: keys of every part of this form.

    `permission`: who may change it. `all_teams`: for staff of all teams only. `about`: one sentence for the page that
    lists the parts. `new`: the label of the link to a new part; without it there is only one part.
    """

    path: str
    section: str
    title: str
    about: str
    groups: tuple[Group, ...]
    new: str = ""
    fixed: Mapping[str, str] | None = None
    all_teams: bool = False
    permission: str = "setup.change"

    @property
    def fields(self) -> tuple[Field, ...]:
        return tuple(field for group in self.groups for field in group.fields)


NAME = Field("name", "Name", "texts")
DIRECTIONS = Field("directions", "How to get there", "texts", type="textarea", optional=True)
PERIOD = (
    Field("first", "First day", type="date"),
    Field("last", "Last day", type="date", hint="The same day if left empty", optional=True),
    Field("from", "From", type="time", hint="The whole day if left empty", optional=True),
    Field("to", "Until", type="time", optional=True),
    Field("reason", "Why", "texts"),
)
CLOSURES = Field(
    "closures", "Days and hours that are closed", "rows", title="Closed", add="Add closed time", fields=PERIOD
)
HOURS = Field(
    "hours", "Weekly hours", "rows", title="Hours {number}", add="Add hours", always=True,
    hint="Week after week. For one day or a holiday, take time out instead.",
    fields=(
        Field("days", "Days", "many", choices="weekdays"),
        Field("from", "From", type="time"),
        Field("to", "Until", type="time"),
        Field("valid_from", "Counts from", type="date", optional=True),
        Field("valid_until", "Counts until", type="date", optional=True),
        Field("every_weeks", "Every how many weeks", type="number", usual="1"),
        Field("appointment_types", "Only for these topics", "many", choices="topics", optional=True),
    ),
)  # fmt: skip
EXTRA = Field(
    "extra", "Extra hours on one day", "rows", title="Extra hours {number}", add="Add extra hours",
    fields=(
        Field("day", "Day", type="date"),
        Field("from", "From", type="time"),
        Field("to", "Until", type="time"),
        Field("appointment_types", "Only for these topics", "many", choices="topics", optional=True),
    ),
)  # fmt: skip
CONFIRMATIONS = (
    ("", "As the municipality usually does"), ("none", "Not"), ("email", "By e-mail"), ("sms", "By SMS"),
)  # fmt: skip
CHOICE = Field("choices", "Answers to choose from", "rows", title="Answer {number}", add="Add an answer", keyed=True,
               single=True, fields=(Field("text", "Answer", "texts"),))  # fmt: skip
QUESTIONS = Field(
    "questions", "Questions to the resident", "rows", title="Question {number}", add="Add a question", keyed=True,
    fields=(
        Field("label", "Question", "texts"),
        Field("kind", "Kind of answer", "one", usual="text", choices=(
            ("text", "A text"), ("choice", "One of the answers below"), ("parcel", "A parcel or an address"),
            ("reference", "A reference"), ("file", "A document"),
        )),
        Field("required", "Must be answered", "tick"),
        Field("hint", "Help with the question", "texts", optional=True),
        CHOICE,
        Field("only_if", "Ask only after one of these answers", "when", choices="conditions",
              hint="Answers to one question only. Always asked if nothing is ticked."),
        Field("due_working_days", "Of a document: working days before the visit on which it is due", type="number",
              usual="1"),
        Field("if_missing", "If it is missing then", "one", usual="keep", choices=(
            ("keep", "Keep the appointment"), ("flag", "Flag the appointment"), ("release", "Cancel the appointment"),
        )),
    ),
)  # fmt: skip
NEEDS = Field(
    "needs", "Who and what is needed", "rows", title="Needed {number}", add="Add a need", always=True,
    hint="Each of these is taken for the whole appointment.",
    fields=(
        Field("kind", "Person, room or desk", "one", usual="person", choices=(
            ("person", "Person"), ("room", "Room"), ("desk", "Desk"),
        )),
        Field("skill", "With this skill or property", "one", choices="skills_or_none"),
        Field("resource", "Only this one", "one", choices="resources_or_none"),
        Field("team", "Of another team", "one", choices="teams_or_none"),
    ),
)  # fmt: skip

TOPIC = Form(
    "onderwerpen", "appointment_types", "Topics",
    "What residents read before they book, how long it takes, and how early they must be.",
    new="New topic",
    groups=(
        Group("What residents read", (
            NAME,
            Field("description", "In one or two sentences", "texts", type="textarea", optional=True),
            Field("guidance", "Does everybody need to come?", "group", optional=True, fields=(
                Field("text", "What may help without a visit", "texts", type="textarea", optional=True),
                Field("link", "Where to read more", type="url", optional=True),
            )),
            Field("bring", "What to bring", "lines", optional=True,
                  hint="One on each line, in the same order in every language"),
            Field("category", "Heading in the list of topics", "texts", optional=True),
            Field("keywords", "Other words that people search by", "lines", hint="One on each line", optional=True),
            Field("icon", "Picture", "one", choices="icons"),
        )),
        Group("Time", (
            Field("duration", "Minutes of conversation", type="number"),
            Field("per_extra_person", "Minutes more for each extra person", type="number", usual="0"),
            Field("preparation", "Minutes to prepare, just before", type="number", usual="0"),
            Field("wrap_up", "Minutes to finish, just after", type="number", usual="0"),
            Field("interval", "A conversation can start every", "one", usual="15", choices="intervals"),
            Field("notice_hours", "Book at least this number of hours ahead", type="number", usual="2"),
            Field("notice_working_days", "And at least this number of whole working days ahead", type="number",
                  usual="0"),
            Field("horizon_days", "Book at most this number of days ahead", type="number", usual="60"),
            Field("study", "Study of the file, on an earlier day", "group", optional=True, fields=(
                Field("minutes", "Minutes", type="number", optional=True),
                Field("working_days", "In this number of working days before", type="number", optional=True),
            )),
        )),
        Group("Places and people", (
            Field("team", "Team", "one", choices="teams"),
            Field("locations", "Places", "many", choices="places"),
            NEEDS,
            Field("visibility", "Who may book it", "one", usual="public", choices=(
                ("public", "Everybody"), ("link", "Who got an invitation"), ("staff", "The desk alone"),
            )),
            Field("confirm", "How residents confirm a booking", "one", choices=CONFIRMATIONS),
        )),
        Group("What is asked", (QUESTIONS,)),
    ),
)  # fmt: skip
_RESOURCE = (
    Field("locations", "Places", "many", choices="places"),
    Field("skills", "Skills", "many", choices="skills", open=True),
)
PERSON = Form(
    "medewerkers", "resources", "People", "When they receive visitors, where, and what they can do.", new="New person",
    fixed={"kind": "person"},
    groups=(
        Group("Person", (
            Field("name", "Name"),
            Field("team", "Team", "one", choices="teams"),
            *_RESOURCE,
            Field("languages", "Languages spoken with residents", "many", choices="spoken"),
        )),
        Group("Hours", (HOURS, EXTRA, CLOSURES)),
    ),
)  # fmt: skip
ROOM = Form(
    "lokalen", "resources", "Rooms and desks", "What topics can need beside a person, and when it can be used.",
    new="New room or desk",
    groups=(
        Group("Room or desk", (
            Field("name", "Name"),
            Field("kind", "Kind", "one", choices=(("room", "Room"), ("desk", "Desk"))),
            Field("team", "Team", "one", choices="teams_or_all"),
            _RESOURCE[0],
            replace(_RESOURCE[1], label="Properties"),
        )),
        Group("Hours", (HOURS, EXTRA, CLOSURES)),
    ),
)  # fmt: skip
TEAM = Form(
    "teams", "teams", "Teams",
    "Who owns topics and people, and where the team gets its mail.", new="New team", all_teams=True,
    groups=(Group("Team", (NAME, Field("email", "E-mail address", type="email", optional=True))),),
)  # fmt: skip
PLACE = Form(
    "plaatsen", "locations", "Places",
    "Where residents are received, and how they get there.", new="New place", all_teams=True,
    groups=(
        Group("Place", (
            NAME,
            Field("channel", "How residents meet you", "one", usual="on_site", choices=(
                ("on_site", "They come here"), ("phone", "By telephone"), ("video", "In a video call"),
                ("visit", "You visit them"),
            )),
            Field("address", "Address", "group", optional=True, fields=(
                Field("street", "Street and number", optional=True), Field("postcode", "Postcode", optional=True),
                Field("city", "City", optional=True),
            )),
            DIRECTIONS,
            Field("meeting_url", "Address of the video call", type="url", optional=True,
                  hint="{reference} in it becomes the reference of the appointment."),
            Field("travel_minutes", "Of a visit at their place: minutes of travel, before and after", type="number",
                  usual="0"),
            CLOSURES,
        )),
    ),
)  # fmt: skip
RULES = Form(
    "regels", "municipality", "Rules",
    "How long a time is reserved, how many appointments one may have, and how the line works.",
    all_teams=True,
    groups=(
        Group("Booking", (
            Field("hold_minutes", "Minutes that a time is reserved while the form is filled in", type="number",
                  usual="10"),
            Field("most_per_contact", "Most coming appointments of one topic for one e-mail address", type="number",
                  usual="5", hint="0 is without limit."),
            Field("release_minutes", "Minutes until a cancelled time can be booked by others", type="number",
                  usual="0"),
            Field("no_show_minutes", "Minutes after which a visitor who did not arrive is a no-show", type="number",
                  hint="Never if left empty.", optional=True),
        )),
        Group("Waiting list", (
            Field("offer_minutes", "Minutes that an offer is valid", type="number", usual="240"),
            Field("offer_hours", "Offers are made", "group", optional=True, fields=(
                Field("from", "From", type="time", optional=True), Field("to", "Until", type="time", optional=True),
            )),
        )),
        Group("The line in the hall", (
            Field("queue", "Order of the line", "group", optional=True, fields=(
                Field("order", "Who goes first", "one", usual="appointments_first", choices=(
                    ("appointments_first", "Visitors with an appointment"), ("arrival", "Who came first"),
                )),
                Field("early_minutes", "An appointment goes first from this number of minutes before its start",
                      type="number", usual="5"),
                Field("late_minutes", "And no longer after this number of minutes", type="number", usual="15"),
            )),
        )),
    ),
)  # fmt: skip
HOLIDAYS = Form(
    "dagen", "municipality", "Holidays and closed days",
    "When the whole municipality is closed.", all_teams=True,
    groups=(
        Group("Holidays", (
            Field("holidays", "Public holidays", "group", optional=True, fields=(
                Field("country", "Country", "one", choices="countries"),
                Field("subdivision", "Part of the country", hint="Its ISO 3166-2 code without the country",
                      optional=True),
                Field("local", "Other days of each year, as month-day such as 07-11", "many", optional=True, open=True),
            )),
        )),
        Group("Closed days", (CLOSURES,)),
    ),
)  # fmt: skip
GENERAL = Form(
    "gemeente", "municipality", "Municipality",
    "Its name, how to reach it, its languages and its colour.", all_teams=True,
    permission="configuration.change",
    groups=(
        Group("Municipality", (
            NAME,
            Field("email", "E-mail address", type="email", optional=True),
            Field("phone", "Telephone number", type="tel", optional=True),
            Field("website", "Website", type="url", optional=True),
            Field("languages", "Languages of its pages", "many", choices="page_languages",
                  hint="The first one is the default."),
            Field("look", "Look", "group", optional=True, fields=(
                Field("colour", "Colour of bars and buttons, as #rrggbb", optional=True),
                Field("logo", "Logo as a data URL", optional=True),
            )),
            Field("retention_days", "Days after a visit until its personal data is deleted", type="number",
                  usual="180"),
        )),
    ),
)  # fmt: skip

#: by the word in their address
FORMS = {form.path: form for form in (TOPIC, PERSON, ROOM, TEAM, PLACE, HOLIDAYS, RULES, GENERAL)}


def split_hours(values: Values) -> dict[str, Any]:
    """Return the values with the hours that apply on one day only as `extra`."""
    hours = values.get("hours")
    if hours is None:
        return dict(values)
    one_day = [rule for rule in hours if rule.get("valid_from") and rule["valid_from"] == rule.get("valid_until")]
    extra = [{**rule, "day": rule["valid_from"]} for rule in one_day]
    return {**values, "hours": [rule for rule in hours if rule not in one_day], "extra": extra}


def join_hours(values: Values) -> dict[str, Any]:
    """Return the values with `extra` hours among the others. An invalid day is left to booking to refuse."""
    found = dict(values)
    for row in found.pop("extra", None) or ():
        day = row.get("day", "")
        rule = {name: row[name] for name in ("from", "to", "appointment_types") if name in row}
        found.setdefault("hours", [])
        found["hours"] = [
            *found["hours"], {"days": _weekday(day), **rule, "valid_from": day, "valid_until": day},
        ]  # fmt: skip
    return found


def _weekday(day: str) -> list[str]:
    try:
        return [WEEKDAYS[dt.date.fromisoformat(day).weekday()]]
    except ValueError:
        return list(WEEKDAYS)


def ended(values: Values, last: str) -> dict[str, Any]:
    """Return the values of a form of a person whose last working day is `last`."""
    hours = [
        {**rule, "valid_until": min(rule["valid_until"] or last, last)}
        for rule in values["hours"]
        if rule["valid_from"] <= last
    ]
    return {**values, "hours": hours, "extra": [row for row in values["extra"] if row["day"] <= last]}


def wanted_name(form: Form, values: Values, languages: Sequence[str]) -> str:
    """Return the name to request for a new part. That of a person says nothing about the person."""
    if form is PERSON:
        return f"{values.get('team') or 'person'}-1"
    name = values.get("name") or ""
    text = name if isinstance(name, str) else name.get(languages[0]) or next(iter(name.values()), "")
    return slug(text) or slug(form.section)


def texts() -> Iterator[str]:
    """Return all texts, which need translations."""
    for form in FORMS.values():
        yield from filter(None, (form.title, form.about, form.new))
        for group in form.groups:
            yield group.title
            yield from texts_of(group.fields)


def texts_of(fields: Sequence[Field]) -> Iterator[str]:
    for field in fields:
        yield from filter(None, (field.label, field.hint, field.title, field.add))
        if not isinstance(field.choices, str):
            yield from (label for _, label in field.choices)
        yield from texts_of(field.fields)
