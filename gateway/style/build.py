"""Put base.css together from the components of NL Design System that the pages use: python gateway/style/build.py

It needs `npm ci --ignore-scripts` in this folder first, and is only run when package.json changes; what it makes is
committed, so that running Loket needs no npm.
"""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent
MADE = HERE.parent / "loket_gateway" / "pages" / "static" / "base.css"
LICENCE = "/* {name} {version}, EUPL-1.2, Copyright (c) Frameless B.V., Gemeente Utrecht */"


def components() -> dict[str, str]:
    """Name and version of each, as pinned."""
    found: dict[str, str] = json.loads((HERE / "package.json").read_text())["dependencies"]
    return found


def build() -> str:
    parts = []
    for name, version in components().items():
        css = (HERE / "node_modules" / name / "dist" / "index.min.css").read_text(encoding="utf-8")
        parts += [LICENCE.format(name=name, version=version), css.rpartition("*/")[2].strip()]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    MADE.write_text(build(), encoding="utf-8")
