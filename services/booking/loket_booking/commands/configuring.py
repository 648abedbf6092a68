"""A municipality's configuration, taken whole or not at all."""

from __future__ import annotations

import difflib
from typing import Any

from loket_contracts.errors import Refusal

from ..bootstrap import Stores
from ..configuration import reader


def configure(stores: Stores, text: str, by: str) -> dict[str, Any]:
    """Take it. Raises Refusal: invalid-configuration; the old one then still counts."""
    calendar, changed = stores.configurations.store(text, by, stores.now())
    known = calendar.municipality
    return {"municipality": known.id, "version": known.version, "changed": changed}


def compare(stores: Stores, text: str) -> dict[str, Any]:
    """What taking it would change, line by line (unified diff). Raises Refusal: invalid-configuration."""
    name = reader.read(text).id
    try:
        before = stores.configurations.versions.text(name)
    except Refusal:  # this municipality is new
        before = ""
    lines = difflib.unified_diff(before.splitlines(), text.splitlines(), "in force", "proposed", lineterm="")
    return {"municipality": name, "diff": "\n".join(lines)}
