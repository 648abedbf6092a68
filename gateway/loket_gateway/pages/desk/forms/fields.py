"""Fields of a form over a part of the configuration, and the conversion of their values.

A form holds strings: a text has one per language, a list of choices is a list, rows are a list of mappings. `shown`
makes them from the configuration, `read` from a sent form, and `written` makes the configuration of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from werkzeug.datastructures import MultiDict

from loket_contracts.languages import LANGUAGES

#: field of a row: the name of its entry in the configuration, in rows that are not a list there
ID = "id"
MAX_ROWS = 60
_TRUE = frozenset({"true", "yes", "on", "1"})


@dataclass(frozen=True)
class Field:
    """One key of a part.

    `kind`: line, texts (one per language), lines (a list of texts), one (of `choices`), many, tick, when (a condition
    on another question), group or rows. `type`: of the input of a line. `choices`: pairs of a code and its label, or
    the name of a list that the page provides. `fields`: of a group, or of each row. `keyed`: the rows are a mapping.
    `single`: a row is the value of its only field.
    `title`: of one row. `add`: the label of the button for another row. `open`: codes that are not among the choices
    can be typed too. `always`: an empty list is written.
    """

    name: str
    label: str
    kind: str = "line"
    hint: str = ""
    type: str = "text"
    usual: str = ""
    choices: str | tuple[tuple[str, str], ...] = ()
    fields: tuple[Field, ...] = ()
    keyed: bool = False
    single: bool = False
    title: str = ""
    add: str = ""
    open: bool = False
    always: bool = False
    optional: bool = False


@dataclass(frozen=True)
class RowAction:
    """The button of a row: add, remove, up or down. `rows`: the id of the rows."""

    action: str
    rows: str
    index: int = 0

    @classmethod
    def of(cls, action: str) -> RowAction | None:
        """Parse `up:questions:2`; None for another button."""
        found = re.fullmatch(r"(add|remove|up|down):([a-z0-9_-]+):([0-9]{1,3})", action)
        return cls(found[1], found[2], int(found[3])) if found else None

    def applied(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows after the action."""
        if self.action == "add":
            return [*rows, {}][:MAX_ROWS]
        if self.index >= len(rows):
            return rows
        left = rows[: self.index] + rows[self.index + 1 :]
        if self.action == "remove":
            return left
        to = max(0, self.index + (1 if self.action == "down" else -1))
        return [*left[:to], rows[self.index], *left[to:]]


def shown(field: Field, value: Any, languages: Sequence[str]) -> Any:
    """Return the value of a field for a form, with its default. `languages`: of the municipality."""
    if field.kind == "texts":
        return _by_language(value, languages)
    if field.kind == "lines":
        entries = [_by_language(each, languages) for each in value or ()]
        return {
            spoken: "\n".join(each.get(spoken, "") for each in entries).rstrip("\n")
            for spoken in LANGUAGES
            if any(spoken in each for each in entries)
        }
    if field.kind == "many":
        return [str(each) for each in value or ()]
    if field.kind == "tick":
        return "true" if str(value).lower() in _TRUE else ""
    if field.kind == "when":
        return [f"{value['question']}={answer}" for answer in value["is"]] if value else []
    if field.kind == "group":
        return shown_all(field.fields, value or {}, languages)
    if field.kind == "rows":
        named: Iterable[tuple[str, Any]] = (
            (value or {}).items() if field.keyed else [("", each) for each in value or ()]
        )
        rows = []
        for name, each in named:
            content: Mapping[str, Any] = {field.fields[0].name: each} if field.single else each
            rows.append({ID: name, **shown_all(field.fields, content, languages)})
        return rows
    return str(field.usual if value in (None, "") else value)


def shown_all(fields: Sequence[Field], values: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any]:
    return {field.name: shown(field, values.get(field.name), languages) for field in fields}


def read_all(
    fields: Sequence[Field], form: MultiDict[str, str], action: RowAction | None = None, prefix: str = ""
) -> dict[str, Any]:
    """Return the values of a sent form. Empty rows are left out, unless the button of a row was pressed."""
    return {field.name: _read(field, form, action, prefix + field.name) for field in fields}


def _read(field: Field, form: MultiDict[str, str], action: RowAction | None, at: str) -> Any:
    if field.kind in ("texts", "lines"):
        texts = {spoken: form.get(f"{at}-{spoken}", "").replace("\r\n", "\n").strip() for spoken in LANGUAGES}
        return {spoken: text for spoken, text in texts.items() if text}
    if field.kind in ("many", "when"):
        typed = [slug(each) for each in form.get(f"{at}-more", "").split(",")] if field.open else []
        return list(dict.fromkeys(each for each in (*form.getlist(at), *typed) if each))
    if field.kind == "group":
        return read_all(field.fields, form, action, f"{at}-")
    if field.kind == "rows":
        return _read_rows(field, form, action, at)
    return form.get(at, "").replace("\r\n", "\n").strip()


def _read_rows(field: Field, form: MultiDict[str, str], action: RowAction | None, at: str) -> list[dict[str, Any]]:
    given = form.get(f"{at}-rows", "0")
    number = min(int(given), MAX_ROWS) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    rows = [
        {ID: slug(form.get(f"{at}-{row}-{ID}", "")), **read_all(field.fields, form, action, f"{at}-{row}-")}
        for row in range(number)
    ]
    if action is None:
        rows = [row for row in rows if row[ID] or not _is_empty(field.fields, row)]
    elif action.rows == at:
        rows = action.applied(rows)
    return _with_names(field, rows) if field.keyed else rows


def _with_names(field: Field, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each row without a name one after its first text."""
    taken = {row.get(ID) for row in rows}
    for row in rows:
        text = next(iter((row.get(field.fields[0].name) or {}).values()), "")
        if not row.get(ID) and text:
            stem = slug(text)[:40].strip("-") or field.name
            number, row[ID] = 1, stem
            while row[ID] in taken:
                number += 1
                row[ID] = f"{stem}-{number}"
            taken.add(row[ID])
    return rows


def written_all(fields: Sequence[Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of the configuration; those that are empty or have their default are left out."""
    found = {field.name: _written(field, values.get(field.name)) for field in fields}
    return {name: value for name, value in found.items() if value is not None}


def _written(field: Field, value: Any) -> Any:
    if field.kind == "lines":
        columns = {spoken: text.split("\n") for spoken, text in (value or {}).items()}
        rows = [
            {spoken: line.strip() for spoken, line in zip(columns, lines, strict=True) if line.strip()}
            for lines in zip_longest(*columns.values(), fillvalue="")
        ]
        return [row for row in rows if row] or None
    if field.kind == "when":
        pairs = [each.partition("=") for each in value or ()]
        return {"question": pairs[0][0], "is": [answer for _, _, answer in pairs]} if pairs else None
    if field.kind == "group":
        return written_all(field.fields, value or {}) or None
    if field.kind == "rows":
        return _written_rows(field, value or []) or ([] if field.always else None)
    if value == field.usual and field.usual:
        return None
    return value or ([] if field.always else None)


def _written_rows(field: Field, rows: Sequence[Mapping[str, Any]]) -> list[Any] | dict[str, Any]:
    if not field.keyed:
        return [_content(field, row) for row in rows]
    return {row.get(ID) or f"{field.name}-{at}": _content(field, row) for at, row in enumerate(rows)}


def _content(field: Field, row: Mapping[str, Any]) -> Any:
    entry = written_all(field.fields, row)
    return entry.get(field.fields[0].name) if field.single else entry


def _is_empty(fields: Sequence[Field], values: Mapping[str, Any]) -> bool:
    return not written_all(fields, values)


def place_of(
    fields: Sequence[Field], values: Mapping[str, Any], pointer: Sequence[str], languages: Sequence[str], at: str = ""
) -> tuple[str, list[Field | int]]:
    """Return the id of the field that a pointer is about, and the way to it; "" when the form does not have it."""
    field = next((each for each in fields if pointer and each.name == pointer[0]), None)
    if field is None:
        return "", []
    here, rest = at + field.name, pointer[1:]
    if field.kind in ("texts", "lines"):
        spoken = rest[-1] if rest and rest[-1] in languages else languages[0]
        return f"{here}-{spoken}", [field]
    if field.kind == "group" and rest:
        found, way = place_of(field.fields, values[field.name], rest, languages, f"{here}-")
        return found or here, [field, *way]
    if field.kind == "rows" and rest:
        rows = values[field.name]
        names = [row.get(ID) for row in rows]
        row = names.index(rest[0]) if rest[0] in names else int(rest[0]) if rest[0].isdigit() else len(rows)
        if row < len(rows):
            below = (field.fields[0].name, *rest[1:]) if field.single else rest[1:]
            found, way = place_of(field.fields, rows[row], below, languages, f"{here}-{row}-")
            return found or f"{here}-{row}", [field, row, *way]
    return here, [field]


def conditions(questions: Sequence[Mapping[str, Any]], language: str) -> list[tuple[str, str]]:
    """Return the answers on which another question can depend: pairs of question=answer and a label."""
    found = []
    for question in questions:
        for choice in question.get("choices") or () if question.get("kind") == "choice" else ():
            if question.get(ID) and choice.get(ID):
                label = f"{_said(question['label'], language)} {_said(choice['text'], language)}"
                found.append((f"{question[ID]}={choice[ID]}", label))
    return found


def described(field: Field, value: Any, label_of: Callable[[Field, str], str], language: str) -> Iterator[str]:
    """Describe the value of a field for readers, a line for each part. `label_of`: what to call a code."""
    if not value:
        return
    if field.kind == "texts":
        yield " / ".join(value.values())
    elif field.kind == "lines":
        yield from _said(value, language).split("\n")
    elif field.kind in ("many", "when"):
        yield ", ".join(label_of(field, each) for each in value)
    elif field.kind in ("group", "rows"):
        for row in [value] if field.kind == "group" else value:
            yield ", ".join(
                line
                for each in field.fields
                for line in described(each, row.get(each.name), label_of, language)
                if row.get(each.name) != each.usual
            )
    else:
        yield label_of(field, value)


def slug(text: str) -> str:
    """Return a code for a text: lower-case ASCII letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def _said(text: Mapping[str, str] | None, language: str) -> str:
    return (text or {}).get(language) or next(iter((text or {}).values()), "")


def _by_language(text: Any, languages: Sequence[str]) -> dict[str, str]:
    """Return a text by language. A plain one is in the default language."""
    return (
        {str(name): str(each) for name, each in text.items()}
        if isinstance(text, Mapping)
        else ({languages[0]: str(text)} if text else {})
    )
