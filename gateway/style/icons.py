"""Write the icons of the pages, from Lucide: python gateway/style/icons.py

It needs `npm ci --ignore-scripts` in this folder first, and is only run when an icon is added; its output is committed.
"""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from loket_contracts.topic_icons import TOPIC_ICONS

HERE = Path(__file__).parent
OUTPUT = HERE.parent / "loket_gateway" / "pages" / "icons.yaml"
PACKAGE = HERE / "node_modules" / "lucide-static"
#: the icons of the pages themselves
OWN = (
    "calendar-days",
    "circle-alert",
    "circle-check",
    "hash",
    "map-pin",
    "message-circle",
    "phone",
    "user-round",
    "video",
)
HEADER = "# Icons of 24 by 24, as the elements inside an <svg>. Made by gateway/style/icons.py from lucide-static.\n"


def shapes(name: str) -> str:
    """The elements of an icon, without its <svg>."""
    text = (PACKAGE / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    inner = text.partition("<svg")[2].partition(">")[2].rpartition("</svg>")[0]
    return re.sub(r"\s*\n\s*", "", inner).replace(" />", "/>")


def main() -> None:
    licence = "".join(f"# {line}".rstrip() + "\n" for line in (PACKAGE / "LICENSE").read_text().strip().splitlines())
    icons = {name: shapes(name) for name in sorted({*TOPIC_ICONS, *OWN})}
    OUTPUT.write_text(HEADER + licence + yaml.safe_dump(icons, width=1000), encoding="utf-8")


if __name__ == "__main__":
    main()
