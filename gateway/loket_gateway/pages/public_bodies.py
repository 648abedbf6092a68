"""Where residents can complain, and the law on accessibility: see public_bodies.yaml."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, TypedDict

import yaml

#: the authorities of every member state, where none is known
ALL_AUTHORITIES = "https://www.edpb.europa.eu/about-edpb/about-edpb/members_en"


class PublicBody(TypedDict):
    """An organisation with its name by language."""

    name: dict[str, str]
    url: str


def authority_of(country: str) -> PublicBody | None:
    """Return the supervisory authority for data protection of a country."""
    found: PublicBody | None = _data()["authorities"].get(country)
    return found


def enforcement_in(country: str, language: str) -> PublicBody | None:
    """Return where one can complain about accessibility. `language`: the first of the municipality."""
    found: PublicBody | None = _data()["enforcement"].get(country, {}).get(language)
    return found


def law_in(country: str, language: str) -> dict[str, str] | None:
    """Return the law that transposes Directive (EU) 2016/2102, by language, as it follows "in accordance with"."""
    found: dict[str, str] | None = _data()["laws"].get(country, {}).get(language)
    return found


@cache
def _data() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("public_bodies.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found
