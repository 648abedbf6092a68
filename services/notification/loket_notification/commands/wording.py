"""Store the message plan of a municipality, or change the wording of one message in it."""

from __future__ import annotations

from loket_chassis.yaml import safe_load
from loket_chassis.yaml.patch import amended, require_keys, with_pointers_below
from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.notification.answers import StoredPlan

from ..composing.phrases import words_of
from ..context import Context
from ..domain.kinds import require_kind
from ..domain.planning import Plan


def configure(context: Context, text: str, by: str, if_absent: bool = False) -> StoredPlan:
    """Store a message plan.

    `if_absent`: leave an existing plan unchanged, even if `text` is invalid; "kept" in the result then holds its
    version, time and author. Raises Refusal: invalid-configuration; the old plan then stays in force.
    """
    if if_absent and (kept := _kept(context, text)):
        return kept
    try:
        municipality, version = context.plans.store(text, by, context.now(), 0 if if_absent else None)
    except Refusal as refusal:
        if if_absent and refusal.code == "settings-changed" and (kept := _kept(context, text)):
            return kept  # another process stored the first version at the same moment
        raise
    return {"municipality": municipality, "version": version}


def _kept(context: Context, text: str) -> StoredPlan | None:
    municipality = safe_load.first_level(text, "municipality")
    found = context.plans.versions.in_force(municipality) if municipality else None
    if not municipality or found is None:
        return None
    return {"municipality": municipality, "version": found["version"], "kept": found}


def change(context: Context, municipality: str, command: AmendPart, by: str) -> StoredPlan:
    """Use this wording from now on. For an empty text, or the default one, the default is used.

    `command`: with the language as section and the kind of message as name. Raises Refusal: unknown-message-kind,
    settings-changed, and invalid-request that points at the part.
    """
    text, _ = amended_plan(context, municipality, command)
    _, version = context.plans.store(text, by, context.now(), follows=command.version)
    return {"municipality": municipality, "version": version}


def amended_plan(context: Context, municipality: str, command: AmendPart) -> tuple[str, Plan]:
    """The text of the plan with this wording, and the plan that it describes."""
    language, kind = command.section, command.name
    require_kind(kind, language)
    usual = words_of(language)[kind]
    require_keys(command.values, usual)
    own = {name: text if text and text != usual[name] else None for name, text in command.values.items()}
    _, before = context.plans.versions.latest(municipality)
    path = "texts", language, kind
    text = amended(before or f"municipality: {municipality}\n", path, own)
    try:
        return text, context.plans.proposed(text)
    except Refusal as refusal:
        raise with_pointers_below(refusal, path) from refusal
