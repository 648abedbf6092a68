"""Read and validate a configuration. All errors are reported at once, each with its line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml
from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from loket_chassis.yaml import safe_load
from loket_contracts.errors import Refusal, pointers
from loket_contracts.periods import is_stored, reading_stored
from loket_contracts.reasons import USUAL_REASONS

from ..domain import catalogue
from ..domain.catalogue import AppointmentType, Municipality
from . import schema
from .lengths import too_long_appointments
from .values import FileDefaults

Problem = dict[str, str]
MAX_BYTES = 1_000_000


def read_stored(text: str, version: int) -> Municipality:
    """The municipality of a stored version. Skips rules that are newer than it. Raises as `read_configuration`."""
    with reading_stored():
        return read_configuration(text, version)


def read_configuration(text: str, version: int = 0, only: str | None = None) -> Municipality:
    """The municipality in `text`, YAML or JSON. `only`: the one municipality that it may configure.

    Raises Refusal: invalid-configuration; each error has "line" (from 1), "pointer" (RFC 6901) and "detail".
    """
    if len(text) > MAX_BYTES:
        raise Refusal("invalid-configuration", errors=[_problem(1, "/", f"Longer than maximum length {MAX_BYTES}.")])
    try:
        tree = safe_load.compose(text)
    except safe_load.UnsafeYaml as error:
        raise Refusal("invalid-configuration", errors=[_problem(error.line, "/", f"Not YAML: {error}.")]) from error
    lines, problems = _lines(tree)
    given, read = safe_load.value_of(tree), None
    try:
        with Context(FileDefaults.of(given)):
            loaded = schema.MunicipalityFile().load(given)
    except ValidationError as error:
        messages: Any = error.messages
        wrong = [(found["pointer"], found["detail"]) for found in pointers(_without_dict_steps(messages))]
    else:
        read = _municipality(loaded, version)
        wrong = [*_unknown_locations(loaded), *_broken_references(read)]
        if only not in (None, read.id):
            wrong.append(("/id", f"This must be: {only}."))
    problems += [_problem(_line_of(pointer, lines), pointer, detail) for pointer, detail in wrong]
    if problems or read is None:
        problems.sort(key=lambda problem: int(problem["line"]))
        raise Refusal("invalid-configuration", errors=problems)
    return read


def values_at(text: str, path: Sequence[str]) -> dict[str, Any]:
    """The mapping at `path` of a valid configuration, with all scalars as strings."""
    found = safe_load.value_of(safe_load.compose(text))
    for step in path:
        found = found[step]
    return dict(found)


def _problem(line: int, pointer: str, detail: str) -> Problem:
    return {"line": str(line), "pointer": pointer, "detail": detail}


def _lines(root: yaml.Node | None) -> tuple[dict[str, int], list[Problem]]:
    """The line of every value by its pointer, and the duplicate keys."""
    lines: dict[str, int] = {"": 1}
    twice: list[Problem] = []
    waiting: list[tuple[str, yaml.Node]] = [("", root)] if root is not None else []
    while waiting:
        at, node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, value in node.value:
                pointer = f"{at}/{key.value}"
                lines[pointer] = key.start_mark.line + 1
                if key.value in seen:
                    twice.append(_problem(lines[pointer], pointer, "This key occurs twice."))
                seen.add(key.value)
                waiting.append((pointer, value))
        elif isinstance(node, yaml.SequenceNode):
            for index, value in enumerate(node.value):
                pointer = f"{at}/{index}"
                lines[pointer] = value.start_mark.line + 1
                waiting.append((pointer, value))
    return lines, twice


def _line_of(pointer: str, lines: Mapping[str, int]) -> int:
    """The line of the value, or of the nearest part that contains it."""
    at = pointer.rstrip("/")
    while at not in lines:
        at = at.rpartition("/")[0]
    return lines[at]


def _without_dict_steps(messages: Any) -> Any:
    """Remove the steps "key" and "value" that marshmallow adds for entries of a Dict: the file has none."""
    if not isinstance(messages, Mapping):
        return messages
    if messages and set(messages) <= {"key", "value"}:
        below = [_without_dict_steps(part) for part in messages.values()]
        return below[0] if len(below) == 1 else {"": below}
    return {key: _without_dict_steps(below) for key, below in messages.items()}


def _unknown_locations(loaded: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(pointer, message) for every location that does not exist, by its place in the file."""
    for section in ("resources", "appointment_types"):
        for name, entry in loaded[section].items():
            for index, place in enumerate(entry["locations"]):
                if place not in loaded["locations"]:
                    yield f"/{section}/{name}/locations/{index}", f"There is no such location: {place}."


def _broken_references(read: Municipality) -> Iterator[tuple[str, str]]:
    """(pointer, message) for every other unknown name, and every type that no resource can give."""
    types = read.appointment_types
    for section, name, team in (
        *(("resources", each.id, each.team) for each in read.resources.values()),
        *(("appointment_types", each.id, each.team) for each in types.values()),
    ):
        if team is not None and team not in read.teams:
            yield f"/{section}/{name}/team", f"There is no such team: {team}."
    for resource in read.resources.values():
        for rule, hours in enumerate(resource.hours):
            for name in sorted(hours.appointment_types - types.keys()):
                at = f"/resources/{resource.id}/hours/{rule}/appointment_types"
                yield at, f"There is no such appointment type: {name}."
    for kind in types.values():
        unmet = list(_unmet_needs(kind, read))
        yield from unmet
        if not unmet and not is_stored():
            yield from too_long_appointments(kind, read)
        yield from _broken_conditions(kind)


def _broken_conditions(kind: AppointmentType) -> Iterator[tuple[str, str]]:
    questions = {each.id: each for each in kind.questions}
    for question in kind.questions:
        if question.only_if is None:
            continue
        other, answers = question.only_if
        at = f"/appointment_types/{kind.id}/questions/{question.id}/only_if"
        if other not in questions:
            yield at, f"There is no such question: {other}."
        else:
            for answer in sorted(answers - questions[other].choices.keys()):
                yield at, f"There is no such choice: {answer}."


def _unmet_needs(kind: AppointmentType, read: Municipality) -> Iterator[tuple[str, str]]:
    for index, need in enumerate(kind.needs):
        at = f"/appointment_types/{kind.id}/needs/{index}"
        if need.team is not None and need.team not in read.teams:
            yield f"{at}/team", f"There is no such team: {need.team}."
            continue
        for place in kind.locations:
            if place in read.locations and not any(
                place in resource.locations and need.is_met_by(resource, kind.team)
                for resource in read.resources.values()
            ):
                all_of_it = ", ".join(filter(None, (need.resource or need.kind, need.skill, place)))
                yield at, f"No resource is all of this: {all_of_it}."


def _municipality(loaded: dict[str, Any], version: int) -> Municipality:
    zone = loaded["time_zone"]
    return Municipality(
        id=loaded["id"],
        name=loaded["name"],
        time_zone=zone,
        languages=tuple(loaded["languages"]),
        country=loaded["country"],
        email=loaded["email"],
        phone=loaded["phone"],
        website=loaded["website"],
        **{
            name: loaded[name]
            for name in (
                "hold_minutes",
                "release_minutes",
                "no_show_minutes",
                "offer_minutes",
                "offer_hours",
                "most_holds_per_client",
                "most_bookings_per_client",
                "most_per_contact",
                "retention_days",
                "queue",
                "online",
                "look",
                "privacy",
                "accessibility",
            )
        },
        reasons={**USUAL_REASONS, **loaded["reasons"]},
        holidays=loaded["holidays"],
        closures=tuple(loaded["closures"]),
        locations={
            name: catalogue.Location(
                id=name,
                **{**entry, "time_zone": entry["time_zone"] or zone, "closures": tuple(entry["closures"])},
            )
            for name, entry in loaded["locations"].items()
        },
        teams={name: catalogue.Team(id=name, **entry) for name, entry in loaded["teams"].items()},
        resources={name: _resource(name, entry) for name, entry in loaded["resources"].items()},
        appointment_types={name: _appointment_type(name, entry) for name, entry in loaded["appointment_types"].items()},
        version=version,
    )


def _resource(name: str, entry: dict[str, Any]) -> catalogue.Resource:
    return catalogue.Resource(
        id=name,
        kind=entry["kind"],
        name=entry["name"],
        team=entry["team"],
        locations=frozenset(entry["locations"]),
        skills=frozenset(entry["skills"]),
        languages=frozenset(entry["languages"]),
        hours=tuple(entry["hours"]),
        closures=tuple(entry["closures"]),
    )


def _appointment_type(name: str, entry: dict[str, Any]) -> AppointmentType:
    return AppointmentType(
        id=name,
        name=entry["name"],
        team=entry["team"],
        locations=tuple(entry["locations"]),
        duration=entry["duration"],
        needs=tuple(entry["needs"]),
        description=entry["description"],
        category=entry["category"],
        per_extra_person=entry["per_extra_person"],
        preparation=entry["preparation"],
        wrap_up=entry["wrap_up"],
        interval=entry["interval"],
        lead_time=dt.timedelta(hours=entry["notice_hours"]),
        lead_working_days=entry["notice_working_days"],
        horizon=entry["horizon_days"],
        questions=tuple(catalogue.Question(id=question, **content) for question, content in entry["questions"].items()),
        bring=tuple(entry["bring"]),
        keywords=tuple(entry["keywords"]),
        **{
            name: entry[name]
            for name in ("visibility", "confirm", "guidance", "study", "retention_days", "pseudonymise", "icon")
        },
    )
