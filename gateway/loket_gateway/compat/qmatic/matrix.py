"""Matrix parameters: `;name=value`, which may be repeated (RFC 3986, 3.3)."""

from __future__ import annotations

from urllib.parse import unquote

from werkzeug.exceptions import NotFound


def read(text: str) -> dict[str, list[str]]:
    """Parse the parameters after a path segment. Raises NotFound when they are invalid."""
    if text and not text.startswith(";"):
        raise NotFound
    found: dict[str, list[str]] = {}
    for part in filter(None, text.split(";")):
        name, _, value = part.partition("=")
        found.setdefault(unquote(name), []).append(unquote(value))
    return found


def parse_number(values: list[str] | None, usual: int) -> int:
    """Return the last value if it is a number of at most three digits."""
    if not values:
        return usual
    text = values[-1]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 999
