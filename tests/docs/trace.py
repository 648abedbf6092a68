"""Draw the trace of one booking: `python -m tests.docs.trace`, which takes a minute.

It starts everything with a collector, books an appointment for staff, waits for its mail and its figures, and draws the
spans that the collector received as docs/pictures/trace.svg.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from loket_local.stack import Ports, Stack
from tests import collector as collectors
from tests.client import Portal, eventually
from tests.collector import Span

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "pictures" / "trace.svg"
RUMST = ROOT / "deploy" / "municipalities" / "rumst.yaml"
#: a colour that shows on a white and on a dark page, for each service
COLOURS = {"gateway": "#2f7ed8", "booking": "#3a9a4f", "notification": "#d9822b", "reporting": "#8e5bb5"}
ROW, NAMES, CHART, RIGHT, TOP = 22, 480, 560, 90, 34


def in_order(spans: Sequence[Span]) -> list[tuple[int, Span]]:
    """The spans of a trace as a tree, each with its depth: children after their parent, in the order of their begin."""
    ids = {each.id for each in spans}

    def below(parent: str | None, depth: int) -> list[tuple[int, Span]]:
        children = [each for each in spans if (each.parent if each.parent in ids else None) == parent]
        return [
            row
            for each in sorted(children, key=lambda child: child.begin)
            for row in [(depth, each), *below(each.id, depth + 1)]
        ]

    return below(None, 0)


def drawn(spans: Sequence[Span]) -> str:
    """A trace as an SVG: a row for each span, and a bar from its begin to its end."""
    begin, end = min(each.begin for each in spans), max(each.end for each in spans)
    rows = in_order(spans)
    height = TOP + ROW * len(rows) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {NAMES + CHART + RIGHT} {height}" role="img" '
        'font-family="sans-serif" font-size="12">',
        f"<title>The trace of one booking: {len(rows)} spans in {(end - begin) / 1e6:.0f} ms</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for number, (name, colour) in enumerate(COLOURS.items()):
        x = 10 + 110 * number
        parts.append(f'<rect x="{x}" y="8" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{x + 17}" y="18" fill="#222222">{name}</text>')
    for number, (depth, span) in enumerate(rows):
        y = TOP + ROW * number
        x = NAMES + CHART * (span.begin - begin) / (end - begin)
        width = max(CHART * (span.end - span.begin) / (end - begin), 1.5)
        colour = COLOURS[span.service]
        parts.append(f'<text x="{10 + 14 * depth}" y="{y + 15}" fill="#222222">{escape(span.name)}</text>')
        parts.append(f'<rect x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="14" fill="{colour}"/>')
        took = (span.end - span.begin) / 1e6
        parts.append(f'<text x="{x + width + 4:.1f}" y="{y + 15}" fill="#555555">{took:.1f} ms</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def recorded(folder: Path) -> list[Span]:
    """The spans of a booking on a stack of its own, from the request to the figures."""
    with collectors.running(folder) as collector:
        tracing = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "500"}
        stack = Stack(folder / "stack", Ports.free(), print, environment=tracing)
        stack.start()
        try:
            stack.configure(RUMST)
            portal = Portal.on(stack, key=stack.machine_key("rumst"))
            portal.booked()  # the first request of a process finds its caches empty
            eventually(lambda: len(bookings(collector.spans())) == 1)
            portal.booked()
            eventually(lambda: is_whole(last_trace(collector.spans())))
            return last_trace(collector.spans())
        finally:
            stack.stop()


def bookings(spans: Sequence[Span]) -> list[Span]:
    return [each for each in spans if each.name == "POST /api/v1/<municipality>/appointments"]


def last_trace(spans: Sequence[Span]) -> list[Span]:
    requests = bookings(spans)
    return [each for each in spans if len(requests) > 1 and each.trace == requests[-1].trace]


def is_whole(spans: Sequence[Span]) -> bool:
    """Whether the trace has the mail, and what reporting made of the event that it was sent."""
    names = [each.name for each in spans]
    return "send email" in names and names.count("process reporting.events") > 1


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        PICTURE.write_text(drawn(recorded(Path(folder))), encoding="utf-8")
    print(PICTURE)


if __name__ == "__main__":
    main()
