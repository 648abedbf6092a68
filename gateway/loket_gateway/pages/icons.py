"""The icons of pages, as SVG inside the HTML: no request, and the colour of the text beside them."""

from __future__ import annotations

from functools import cache
from importlib import resources

import yaml
from markupsafe import Markup

#: of a topic whose municipality chose none
USUAL = "clipboard-list"


def icon(name: str | None) -> Markup:
    """Return an icon, which screen readers ignore: a text beside it says the same. An unknown name is the usual one."""
    shapes = _shapes().get(name or USUAL, _shapes()[USUAL])
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>').format(
        Markup(shapes)
    )


@cache
def _shapes() -> dict[str, str]:
    text = resources.files(__package__).joinpath("icons.yaml").read_text(encoding="utf-8")
    found: dict[str, str] = yaml.safe_load(text)
    return found
