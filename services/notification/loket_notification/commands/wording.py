"""The message plan of a municipality, taken whole; and the words of a message: looked at, tried, changed by a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loket_chassis.yaml import safe_load
from loket_chassis.yaml.patch import amended, require_keys, said_of_part
from loket_contracts.errors import Refusal

from ..composing.phrases import words_of
from ..context import Context
from ..domain.kinds import require_kind
from ..domain.planning import Plan


def configure(context: Context, text: str, by: str, if_absent: bool = False) -> dict[str, Any]:
    """Take a message plan.

    `if_absent`: leave a municipality that has a plan as it is, even if `text` is wrong; "kept" in the answer then says
    when and by whom it was set. Raises Refusal: invalid-configuration; the old one then still counts.
    """
    if if_absent and (kept := _kept(context, text)):
        return kept
    try:
        municipality, version = context.plans.store(text, by, context.now(), 0 if if_absent else None)
    except Refusal as refusal:
        if if_absent and refusal.code == "settings-changed" and (kept := _kept(context, text)):
            return kept  # somebody else stored the first version at the same moment
        raise
    return {"municipality": municipality, "version": version}


def _kept(context: Context, text: str) -> dict[str, Any] | None:
    municipality = safe_load.first_level(text, "municipality")
    found = context.plans.versions.in_force(municipality) if municipality else None
    return found and {"municipality": municipality, "version": found["version"], "kept": found}


def change(context: Context, municipality: str, wish: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Say these words from now on. What is left empty, or is as usual anyway, is said in our words.

    `wish`: as contracts' AmendPart reads it, with the language as section and the kind of message as name. Raises
    Refusal: unknown-message-kind, settings-changed, and invalid-request that points at the part.
    """
    text, _ = amended_plan(context, municipality, wish)
    _, version = context.plans.store(text, by, context.now(), follows=wish["version"])
    return {"municipality": municipality, "version": version}


def amended_plan(context: Context, municipality: str, wish: Mapping[str, Any]) -> tuple[str, Plan]:
    """The text of the plan with these words, and the plan that it describes."""
    language, kind = wish["section"], wish["name"]
    require_kind(kind, language)
    usual = words_of(language)[kind]
    require_keys(wish["values"], usual)
    own = {name: text if text and text != usual[name] else None for name, text in wish["values"].items()}
    _, before = context.plans.versions.latest(municipality)
    path = "texts", language, kind
    text = amended(before or f"municipality: {municipality}\n", path, own)
    try:
        return text, context.plans.proposed(text)
    except Refusal as refusal:
        raise said_of_part(refusal, path) from refusal
