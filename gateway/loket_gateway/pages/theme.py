"""The theme of a municipality: the scale of its colour, and its logo.

The colour fills headers and buttons with white text; booking refuses one that is too light for that. The other shades
follow from it: each text on its background has a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

import base64
import colorsys
from collections.abc import Callable, Iterable

#: brightness of the darker shade, as a part of the colour's
DARKER = 0.72
#: the part of the colour in the tint of backgrounds, and in lines
TINT, LINE = 0.06, 0.28
ENOUGH = 4.5
WHITE = "#ffffff"
#: backgrounds of the dark scheme: of the page, and of what is raised above it
DARK_PAPER, DARK_RAISED = "#12181a", "#1d2629"


def stylesheet(colour: str | None) -> str:
    """Return the colour as the CSS variables of loket.css and dark.css."""
    return (
        f":root {{ {'; '.join(f'--{name}: {shade}' for name, shade in scale(colour).items())}; }}\n" if colour else ""
    )


def scale(colour: str) -> dict[str, str]:
    """Return the shades by CSS variable. `link`: for text on white and on `pale`. `link-dark`: in the dark scheme."""
    pale = _mixed(colour, WHITE, TINT)
    return {
        "brand": colour,
        "deep": _lightened(colour, DARKER),
        "pale": pale,
        "line": _mixed(colour, WHITE, LINE),
        "link": _until(lambda part: _lightened(colour, 1 - part), pale),
        "link-dark": _until(lambda part: _mixed(WHITE, colour, part), DARK_RAISED),
    }


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2.2 defines it: 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _until(shade: Callable[[float], str], background: str) -> str:
    """Return the first shade of a series with enough contrast on a background. `shade`: by the part, from 0 to 1."""
    shades = (shade(step / 50) for step in range(51))
    return next(each for each in shades if contrast(each, background) >= ENOUGH)


def _luminance(colour: str) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(one: str, other: str, part: float) -> str:
    """Return `part` of one colour in the other."""
    return _hex(part * a + (1 - part) * b for a, b in zip(_rgb(one), _rgb(other), strict=True))


def _lightened(colour: str, factor: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*_rgb(colour))
    return _hex(colorsys.hls_to_rgb(hue, lightness * factor, saturation))


def _rgb(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(parts: Iterable[float]) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def logo(data_url: str | None) -> tuple[bytes, str] | None:
    """Return image and media type of a data URL (RFC 2397)."""
    if data_url is None:
        return None
    head, _, body = data_url.partition(",")
    return base64.b64decode(body), head.removeprefix("data:").removesuffix(";base64")
