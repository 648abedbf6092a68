"""What pages show of a figure: its trend, its change, and what it is compared with."""

from __future__ import annotations

from typing import Any

from loket_contracts.rpc.reporting.answers import Overview

from ..i18n import figure_names, language


def trend(found: Overview, name: str, default: float | None = None) -> list[Any]:
    values = [each["figures"][name] for each in found["course"]]
    return [default if value is None else value for value in values]


def references_of(name: str, found: Overview, lang: str) -> list[tuple[str, str, float]]:
    """Return kind, title and value of the baseline and the target of a figure."""
    known = found.get("references")
    if known is None:
        return []
    baseline = known["baseline"]["figures"].get(name) if known["baseline"] else None
    values = (("baseline", baseline), ("target", known["targets"].get(name)))
    titles = {kind: language.translate(title, lang) for kind, title in figure_names.REFERENCES.items()}
    return [
        (kind, f"{titles[kind]}: {figure_names.format_figure(name, value, lang)}", value)
        for kind, value in values
        if value is not None
    ]


def change_of(name: str, found: Overview, lang: str) -> figure_names.ShownChange | None:
    """Return the change since the period before."""
    return figure_names.change(name, found.get("changes", {}).get(name), found["before"]["figures"][name], lang)
