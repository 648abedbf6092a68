"""Templates, styles and scripts are formatted for readers."""

from pathlib import Path

import pytest

from loket_gateway.pages import render

PAGES = Path(render.__file__).parent
#: base.css is put together by gateway/style/build.py
FILES = [
    each
    for pattern in ("templates/**/*.html", "static/*.css", "static/*.js")
    for each in sorted(PAGES.glob(pattern))
    if each.name != "base.css"
]
WIDTH = 120


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.relative_to(PAGES).as_posix())
def test_no_line_is_longer_than_120_characters(file):
    wide = [number for number, line in enumerate(file.read_text().splitlines(), 1) if len(line) > WIDTH]
    assert wide == []
