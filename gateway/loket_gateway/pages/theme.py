"""The theme of a municipality: its colour, a darker shade, and its logo."""

from __future__ import annotations

import base64
import colorsys

#: brightness of the darker shade, as a part of the colour's
DARKER = 0.72


def stylesheet(colour: str | None) -> str:
    """Return the colour as the CSS variables of loket.css."""
    if colour is None:
        return ""
    return f":root {{ --brand: {colour}; --deep: {_darker(colour)}; }}\n"


def _darker(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    parts = colorsys.hls_to_rgb(hue, lightness * DARKER, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def logo(data_url: str | None) -> tuple[bytes, str] | None:
    """Return image and media type of a data URL (RFC 2397)."""
    if data_url is None:
        return None
    head, _, body = data_url.partition(",")
    return base64.b64decode(body), head.removeprefix("data:").removesuffix(";base64")
