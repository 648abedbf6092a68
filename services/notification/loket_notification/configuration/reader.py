"""Read a message plan from YAML. Its texts are rendered with sample data, so that wrong placeholders are refused."""

from __future__ import annotations

from typing import Any

import yaml
from jinja2 import TemplateError
from marshmallow import ValidationError

from loket_chassis.yaml import safe_load
from loket_contracts.errors import Refusal, pointers
from loket_contracts.reasons import RESIDENT_REASONS

from ..composing.mail import compose
from ..composing.sample import sample_card
from ..domain.planning import Plan
from ..domain.segments import cut, plain
from .schema import PlanFile

_form = PlanFile()


def read(text: str, most_segments: int) -> tuple[str, Plan]:
    """The municipality and its plan. Raises Refusal: invalid-configuration, with all errors."""
    try:
        safe_load.compose(text)
        given = safe_load.load(text)
    except safe_load.UnsafeYaml as error:
        problem = {"pointer": "/", "detail": f"Not YAML: {error}.", "line": error.line}
        raise Refusal("invalid-configuration", errors=[problem]) from error
    except (yaml.YAMLError, ValueError) as error:  # an unknown tag, an impossible date
        raise Refusal("invalid-configuration", errors=[{"pointer": "/", "detail": f"Not YAML: {error}."}]) from error
    if not isinstance(given, dict):
        raise Refusal("invalid-configuration", errors=[{"pointer": "/", "detail": "Not a valid mapping type."}])
    try:
        loaded: dict[str, Any] = _form.load(given)
    except ValidationError as error:
        messages: Any = error.messages
        raise Refusal("invalid-configuration", errors=pointers(messages)) from error
    plan = Plan(
        timings=loaded["messages"],
        by_type=loaded["types"],
        quiet_hours=loaded["quiet_hours"],
        resident_reasons=RESIDENT_REASONS | set(loaded["resident_reasons"]),
        most_per_day=loaded["most_per_day"],
        texts=loaded["texts"],
        sender=loaded["sender"],
        weekly_report=loaded["weekly_report"],
    )
    if problems := _wrong_texts(plan, most_segments):
        raise Refusal("invalid-configuration", errors=problems)
    return loaded["municipality"], plan


def _wrong_texts(plan: Plan, most_segments: int) -> list[dict[str, Any]]:
    problems = []
    for language, kinds in plan.texts.items():
        for kind in kinds:
            at = f"/texts/{language}/{kind}"
            try:
                composed = compose(kind, sample_card(kind, language), "https://afspraak.example", plan.texts)
            except TemplateError as error:
                problems.append({"pointer": at, "detail": f"This cannot be filled in: {error}."})
                continue
            segments = cut(plain(composed.sms)).segments
            if segments > most_segments:
                detail = f"The SMS would be cut in {segments} segments; {most_segments} are allowed."
                problems.append({"pointer": f"{at}/sms", "detail": detail})
    return problems
