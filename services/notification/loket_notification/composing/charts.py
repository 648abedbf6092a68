"""Charts as pictures (PNG), for mail programs, which show no SVG."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 1120, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 10, 20, 50
INK, LINE, PAPER = "#4a5b5d", "#c5d3d1", "#ffffff"
TEXT_SIZE = 22


def stacked(labels: Sequence[str], series: Sequence[tuple[str, Sequence[float]]]) -> bytes:
    """Bars of pieces on top of one another. `series`: a colour and one value for each label, the lowest first."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(TEXT_SIZE)
    top = max(1.0, *(sum(values[at] for _, values in series) for at in range(len(labels))))
    tall, step = HEIGHT - TOP - BOTTOM, (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    for share in (0, 0.5, 1):
        y = TOP + tall * (1 - share)
        draw.line((LEFT, y, WIDTH - RIGHT, y), fill=LINE, width=2)
        draw.text((LEFT - 10, y), f"{top * share:.0f}", fill=INK, font=font, anchor="rm")
    for at, label in enumerate(labels):
        base = 0.0
        for colour, values in series:
            if values[at]:
                low, high = TOP + tall * (1 - base / top), TOP + tall * (1 - (base + values[at]) / top)
                draw.rectangle((LEFT + (at + 0.15) * step, high, LEFT + (at + 0.85) * step, low), fill=colour)
            base += values[at]
        draw.text((LEFT + (at + 0.5) * step, HEIGHT - BOTTOM + 12), label, fill=INK, font=font, anchor="ma")
    written = BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()
