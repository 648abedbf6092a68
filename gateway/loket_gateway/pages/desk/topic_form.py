"""Conversion between the form of a topic and its configuration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from werkzeug.datastructures import MultiDict

Part = Mapping[str, Any]

NUMBERS = (
    "duration", "per_extra_person", "preparation", "wrap_up", "interval", "notice_hours", "notice_working_days",
    "horizon_days",
)  # fmt: skip
SINGLE = (*NUMBERS, "visibility", "guidance-link")
#: texts, and lists with one entry per line
TEXTS = ("name", "description", "guidance-text")
LISTS = ("bring", "keywords")


def shown(part: Part, languages: Sequence[str]) -> dict[str, str]:
    """Return the text of every field, with defaults. Those of a language are named `name-nl` and so on."""
    written, usual = part["values"], part["usual"]
    guidance = written.get("guidance") or {}
    fields = {name: str(written.get(name) or usual.get(name, "")) for name in SINGLE}
    fields["guidance-link"] = guidance.get("link") or ""
    for language in languages:
        for name in TEXTS:
            text = guidance.get("text") if name == "guidance-text" else written.get(name)
            fields[f"{name}-{language}"] = _by_language(text, languages).get(language, "")
        for name in LISTS:
            entries = [_by_language(each, languages) for each in written.get(name) or ()]
            fields[f"{name}-{language}"] = "\n".join(each.get(language, "") for each in entries).rstrip("\n")
    return fields


def filled_in(form: MultiDict[str, str], languages: Sequence[str]) -> dict[str, str]:
    """Return the fields of a sent form."""
    names = [*SINGLE, *(f"{name}-{language}" for language in languages for name in (*TEXTS, *LISTS))]
    return {name: form.get(name, "").replace("\r\n", "\n").strip() for name in names}


def changes(before: Part, fields: Mapping[str, str], languages: Sequence[str]) -> dict[str, Any]:
    """Return keys to set, or (None) to remove: only those that differ from what the form started from."""
    was, written = shown(before, languages), before["values"]
    found: dict[str, Any] = {}
    for name in (*NUMBERS, "visibility"):
        if fields[name] != was[name]:
            found[name] = fields[name] or None
    for name in ("name", "description"):
        if _differs(name, fields, was, languages):
            found[name] = _text(name, fields, written.get(name), languages)
    for name in LISTS:
        if _differs(name, fields, was, languages):
            found[name] = _entries(name, fields, languages)
    if fields["guidance-link"] != was["guidance-link"] or _differs("guidance-text", fields, was, languages):
        found["guidance"] = _guidance(fields, written.get("guidance") or {}, languages)
    return found


def places_of(errors: Iterable[Mapping[str, str]], languages: Sequence[str]) -> dict[str, str]:
    """Return errors by field of the form: `/guidance/text/fr` is `guidance-text-fr`, `/bring/0` is `bring-nl`."""
    wrong = {}
    for error in errors:
        parts = error["pointer"].strip("/").split("/")
        if parts[0] in LISTS:
            wrong[f"{parts[0]}-{parts[-1] if parts[-1] in languages else languages[0]}"] = error["detail"]
            continue
        name = "-".join(parts)
        wrong[f"{name}-{languages[0]}" if name in TEXTS else name] = error["detail"]
    return wrong


def _by_language(text: Any, languages: Sequence[str]) -> dict[str, str]:
    """Return a text by language. A plain one is in the default language."""
    return dict(text) if isinstance(text, Mapping) else {languages[0]: text} if text else {}


def _differs(name: str, fields: Mapping[str, str], was: Mapping[str, str], languages: Sequence[str]) -> bool:
    return any(fields[f"{name}-{language}"] != was[f"{name}-{language}"] for language in languages)


def _text(name: str, fields: Mapping[str, str], before: Any, languages: Sequence[str]) -> dict[str, str] | None:
    """Return the text, with languages that the form does not show as they were."""
    unchanged = {
        language: text for language, text in _by_language(before, languages).items() if language not in languages
    }
    given = {language: fields[f"{name}-{language}"] for language in languages if fields[f"{name}-{language}"]}
    return {**given, **unchanged} or None


def _entries(name: str, fields: Mapping[str, str], languages: Sequence[str]) -> list[dict[str, str]] | None:
    """Return the entries: the first lines of all languages are the first one, and so on."""
    columns = [[line.strip() for line in fields[f"{name}-{language}"].split("\n")] for language in languages]
    rows = [
        {language: line for language, line in zip(languages, lines, strict=True) if line}
        for lines in zip_longest(*columns, fillvalue="")
    ]
    return [row for row in rows if row] or None


def _guidance(fields: Mapping[str, str], before: Mapping[str, Any], languages: Sequence[str]) -> dict[str, Any] | None:
    text = _text("guidance-text", fields, before.get("text"), languages)
    link = fields["guidance-link"]
    if text is None and not link:
        return None
    return {"text": text or {}, **({"link": link} if link else {})}
