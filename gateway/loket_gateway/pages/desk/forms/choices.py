"""What can be chosen in the forms of the set-up, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from loket_contracts.fields import WEEKDAYS
from loket_contracts.languages import LANGUAGES, NAMES
from loket_contracts.rpc.booking.agenda_answers import ResourceEntry
from loket_contracts.telephone import COUNTRIES
from loket_contracts.topic_icons import TOPIC_ICONS

from ....i18n import language
from . import fields
from .fields import Field

Pairs = list[tuple[str, str]]
#: languages that many residents of Belgium and its neighbours speak, beside those of the pages
OTHER_LANGUAGES = ("ar", "bg", "es", "it", "pl", "pt", "ro", "ru", "tr", "uk")
INTERVALS = (5, 10, 15, 20, 30, 60)


def choices_of(
    catalogue: Mapping[str, Any], resources: Sequence[ResourceEntry], teams: Sequence[str] | None,
    values: Mapping[str, Any], lang: str,
) -> dict[str, Pairs]:  # fmt: skip
    """Return the choices by name. `catalogue`: in the language `lang`. `teams`: those of the caller; None for all.

    `values`: of the form, for what is chosen there but is not known yet.
    """
    own = [(each["id"], each["name"]) for each in catalogue["teams"] if teams is None or each["id"] in teams]
    skills = sorted({skill for each in resources for skill in each.get("skills", ())})
    none = ("", "–")
    page_languages = list(dict.fromkeys([*catalogue["municipality"]["languages"], *LANGUAGES]))
    spoken = dict.fromkeys([*catalogue["municipality"]["languages"], *LANGUAGES, *OTHER_LANGUAGES])
    return {
        "teams": own,
        "teams_or_none": [none, *own],
        "teams_or_all": [("", language.translate("All teams", lang)), *own] if teams is None else own,
        "places": [(each["id"], each["name"]) for each in catalogue["locations"]],
        "topics": [(each["id"], each["name"]) for each in catalogue["appointment_types"]],
        "skills": [(skill, readable(skill)) for skill in skills],
        "skills_or_none": [none, *((skill, readable(skill)) for skill in skills)],
        "resources_or_none": [none, *((each["id"], each["name"]) for each in resources)],
        "weekdays": list(zip(WEEKDAYS, language.weekdays(lang), strict=True)),
        "spoken": [(code, language.language_name(code, lang)) for code in spoken],
        "page_languages": [(code, NAMES[code]) for code in page_languages],
        "icons": [none, *((icon, readable(icon)) for icon in TOPIC_ICONS)],
        "intervals": [
            (str(number), language.translate("{minutes} minutes", lang).format(minutes=number)) for number in INTERVALS
        ],
        "countries": [none, *sorted(_countries(lang), key=lambda pair: pair[1])],
        "conditions": fields.conditions(values.get("questions") or (), lang),
    }


def readable(code: str) -> str:
    """Return a code as words."""
    return code.replace("-", " ")


def label_of(field: Field, code: str, known: Mapping[str, Pairs], lang: str) -> str:
    """Return what a reader calls a value: the label of a choice, or the value itself."""
    if field.kind == "tick":
        return language.translate(field.label, lang)
    if isinstance(field.choices, str):
        return dict(known[field.choices]).get(code, readable(code))
    return language.translate(dict(field.choices).get(code, ""), lang) or code


def _countries(lang: str) -> Iterable[tuple[str, str]]:
    return ((code, language.country_name(code, lang)) for code in COUNTRIES)
