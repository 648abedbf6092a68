"""The form of a new municipality, and the configuration that it makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from loket_contracts.languages import LANGUAGES, NAMES, Text, pick

from ..desk.forms.fields import Field, slug, written_all
from ..desk.forms.kinds import Group, texts_of

#: time zones of the countries that a municipality can be created in
TIME_ZONES = {
    "BE": "Europe/Brussels", "NL": "Europe/Amsterdam", "LU": "Europe/Luxembourg", "FR": "Europe/Paris",
    "DE": "Europe/Berlin", "AT": "Europe/Vienna", "IE": "Europe/Dublin",
}  # fmt: skip
AREAS = {
    "environment": "Environment", "civil_affairs": "Civil affairs", "social_services": "Social services",
    "taxes": "Taxes",
}  # fmt: skip
OFFICE, TELEPHONE = "office", "telephone"
HOURS = Field(
    "hours", "Weekly hours of all of them", "rows", title="Hours {number}", add="Add hours",
    fields=(
        Field("days", "Days", "many", choices="weekdays"),
        Field("from", "From", type="time"),
        Field("to", "Until", type="time"),
    ),
)  # fmt: skip
GROUPS = (
    Group("Municipality", (
        Field("name", "Name"),
        Field("id", "Word in its address", optional=True,
              hint="Lower-case letters, digits and hyphens. From the name if left empty; it cannot be changed later."),
        Field("language", "Language", "one", choices="page_languages"),
        Field("other_languages", "Other languages of its pages", "many", choices="page_languages", optional=True),
        Field("country", "Country", "one", usual="BE", choices="countries"),
        Field("email", "E-mail address", type="email"),
        Field("phone", "Telephone number", type="tel"),
        Field("address", "Address", "group", fields=(
            Field("street", "Street and number"), Field("postcode", "Postcode"), Field("city", "City"),
        )),
    )),
    Group("First team", (
        Field("team", "Team"),
        Field("team_email", "E-mail address of the team", type="email", optional=True),
    )),
    Group("First topics", tuple(
        Field(area, label, "many", choices=area, optional=True) for area, label in AREAS.items()
    )),
    Group("First people", (
        Field("people", "People", "rows", title="Person {number}", add="Add a person", fields=(Field("name", "Name"),)),
        HOURS,
    )),
    Group("First account", (
        Field("account", "Name of the account", usual="beheer",
              hint="A code of lower-case letters, digits and hyphens; the access log shows it."),
    )),
)  # fmt: skip
FIELDS = tuple(field for group in GROUPS for field in group.fields)


@cache
def library() -> Mapping[str, Any]:
    """Return the topics to begin with, by area and name."""
    file = resources.files(__package__).joinpath("library.yaml")
    found: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def first_values(lang: str) -> dict[str, Any]:
    """Return the values of an empty form."""
    weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday"]
    return {
        "language": lang, "country": "BE", "people": [{}], "account": "beheer",
        "hours": [{"days": weekdays, "from": "09:00", "to": "12:00"}],
    }  # fmt: skip


def choices_of(lang: str) -> dict[str, list[tuple[str, str]]]:
    """Return the topics of each area, and the languages, to choose from."""
    topics = {area: [(name, pick(each["name"], lang)) for name, each in library()[area].items()] for area in AREAS}
    return {**topics, "page_languages": list(NAMES.items())}


def identifier_of(values: Mapping[str, Any]) -> str:
    return str(values.get("id") or slug(str(values.get("name") or "")))


def topics_of(values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return the chosen topics of the library."""
    for area in AREAS:
        for name in values.get(area) or ():
            if name in library()[area]:
                yield library()[area][name]


def configuration_of(values: Mapping[str, Any]) -> str:
    """Return the configuration file of the new municipality."""
    given = written_all(FIELDS, values)
    languages = list(dict.fromkeys([given["language"], *given.get("other_languages", ())])) if given.get(
        "language") else [LANGUAGES[0]]  # fmt: skip
    first, hours = languages[0], given.get("hours") or []
    country = given.get("country", "BE")
    team = slug(given.get("team", "")) or "team"

    def said(text: Text) -> dict[str, str]:
        return {spoken: text[spoken] for spoken in languages if spoken in text} or dict(text)

    file: dict[str, Any] = {
        "id": identifier_of(values),
        "name": {first: given.get("name", "")},
        "time_zone": TIME_ZONES.get(country, TIME_ZONES["BE"]),
        "languages": languages,
        "country": country,
        **{key: given[key] for key in ("email", "phone") if key in given},
        "holidays": {"country": country},
        "locations": {
            OFFICE: {"name": said(library()[OFFICE]), "address": given.get("address", {})},
            TELEPHONE: {"name": said(library()[TELEPHONE]), "channel": "phone"},
        },
        "teams": {
            team: {
                "name": {first: given.get("team", "")},
                **({"email": given["team_email"]} if "team_email" in given else {}),
            }
        },
        "resources": {
            f"{team}-{number}": {
                "kind": "person", "name": each.get("name", ""), "team": team, "locations": [OFFICE, TELEPHONE],
                "hours": hours,
            }
            for number, each in enumerate(given.get("people", []), 1)
        },
        "appointment_types": {
            slug(pick(said(each["name"]), first)): _topic(each, team, said) for each in topics_of(values)
        },
    }  # fmt: skip
    # without aliases, which would tie parts together that are changed apart
    dumper = type("Dumper", (yaml.SafeDumper,), {"ignore_aliases": lambda *_: True})
    return yaml.dump(file, Dumper=dumper, sort_keys=False, allow_unicode=True, width=1000)


def _topic(each: Mapping[str, Any], team: str, said: Any) -> dict[str, Any]:
    topic = {key: value for key, value in each.items() if key != "telephone"}
    topic["name"], topic["description"] = said(each["name"]), said(each["description"])
    if "bring" in each:
        topic["bring"] = [said(text) for text in each["bring"]]
    if "questions" in each:
        topic["questions"] = {
            name: {**question, "label": said(question["label"])} for name, question in each["questions"].items()
        }
    places = [OFFICE, TELEPHONE] if each.get("telephone") else [OFFICE]
    return {**topic, "team": team, "locations": places, "needs": [{"kind": "person"}]}


def field_of(pointer: Sequence[str]) -> tuple[str, str]:
    """Return the id and the label of the field that an error of the configuration is about; "form" for none."""
    section, rest = pointer[0], pointer[1:]
    if section == "locations":
        return (f"address-{rest[-1]}", "Address") if len(rest) > 2 else ("address", "Address")
    if section == "teams":
        return ("team_email", "E-mail address of the team") if rest[-1:] == ["email"] else ("team", "Team")
    if section == "resources":
        if "hours" in rest:
            return "hours", HOURS.label
        return ("people", "People") if len(rest) < 2 else (f"people-{_number(rest[0])}-name", "People")
    if section == "appointment_types":
        return (HOURS.name, HOURS.label) if rest else (next(iter(AREAS)), "First topics")
    known = {field.name: field.label for field in FIELDS}
    section = "language" if section == "languages" else section
    return (section, known[section]) if section in known else ("form", "")


def _number(name: str) -> int:
    """Return the row of a person, whose name in the configuration ends in its number."""
    number = name.rpartition("-")[2]
    return int(number) - 1 if number.isdigit() else 0


def texts() -> Iterable[str]:
    """Return all texts, which need translations."""
    for group in GROUPS:
        yield group.title
        yield from texts_of(group.fields)
