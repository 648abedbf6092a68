"""The words of a message, ours and the municipality's own: looked at, tried, and changed by a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loket_chassis.amending import amended
from loket_contracts.errors import Refusal

from .composing.phrases import PARTS, words_of
from .previewing import preview, require_message
from .sending import Needs


def words(needs: Needs, municipality: str, kind: str, language: str) -> dict[str, Any]:
    """By part of the message what it usually says and what this municipality says instead; and in which version.

    Raises Refusal: unknown-message-kind.
    """
    require_message(kind, language)
    version, _ = needs.plans.versions.latest(municipality)
    own = needs.plans.of(municipality).texts.get(language, {}).get(kind, {})
    usual = words_of(language)[kind]
    return {"version": version, "parts": {name: [usual[name], own.get(name)] for name in PARTS if name in usual}}


def propose(needs: Needs, municipality: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The message as it would be with these words. `wish` and refusals as for `change`."""
    plan = needs.plans.proposed(_amended(needs, municipality, wish))
    return preview(needs, municipality, wish["name"], wish["section"], plan.texts)


def change(needs: Needs, municipality: str, wish: Mapping[str, Any], by: str) -> dict[str, Any]:
    """Say these words from now on. What is left empty, or is as usual anyway, is said in our words.

    `wish`: as contracts' AmendPart reads it, with the language as section and the kind of message as name. Raises
    Refusal: unknown-message-kind, settings-changed, and invalid-request that points at the part.
    """
    text = _amended(needs, municipality, wish)
    _, version = needs.plans.store(text, by, needs.now(), follows=wish["version"])
    return {"municipality": municipality, "version": version}


def _amended(needs: Needs, municipality: str, wish: Mapping[str, Any]) -> str:
    language, kind = wish["section"], wish["name"]
    require_message(kind, language)
    usual = words_of(language)[kind]
    foreign = sorted(wish["values"].keys() - usual.keys())
    if foreign:
        raise Refusal(
            "invalid-request", errors=[{"pointer": f"/{name}", "detail": "Unknown field."} for name in foreign]
        )
    own = {name: text if text and text != usual[name] else None for name, text in wish["values"].items()}
    _, before = needs.plans.versions.latest(municipality)
    text = amended(before or f"municipality: {municipality}\n", ("texts", language, kind), own)
    try:
        needs.plans.proposed(text)
    except Refusal as refusal:
        part = f"/texts/{language}/{kind}"
        errors = [{**each, "pointer": each["pointer"].removeprefix(part) or "/"} for each in refusal.errors]
        raise Refusal("invalid-request", errors=errors) from refusal
    return text
