"""The wording of a message: what it says now, and a preview of what it would say with other words."""

from __future__ import annotations

from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking.answers import Catalogue
from loket_contracts.rpc.notification.answers import Preview, Wording

from ..commands.wording import amended_plan
from ..composing.phrases import PARTS, words_of
from ..context import Context
from ..domain.kinds import require_kind
from .preview import preview


def words(context: Context, municipality: str, kind: str, language: str) -> Wording:
    """By part of the message the default text and that of this municipality; and the version of the plan.

    Raises Refusal: unknown-message-kind.
    """
    require_kind(kind, language)
    version, text = context.plans.versions.latest(municipality)  # both of one version, which the cache may not have yet
    own = context.plans.proposed(text).texts.get(language, {}).get(kind, {}) if text else {}
    usual = words_of(language)[kind]
    return {"version": version, "parts": {name: (usual[name], own.get(name)) for name in PARTS if name in usual}}


def propose(context: Context, municipality: str, command: AmendPart, about: Catalogue | None = None) -> Preview:
    """A preview with this wording. `command` and refusals as for `change`, `about` as for `preview`."""
    _, plan = amended_plan(context, municipality, command)
    return preview(context, municipality, command.name, command.section, plan.texts, about)
