"""The documentation as a site has no broken link, shows every page, and loads nothing from another host."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOADED = re.compile(r'<(?:link|script|img|iframe)[^>]*(?:href|src)="?(https?:)?//[^"> ]+')


def test_the_site_builds_with_every_page_and_no_broken_link_and_loads_nothing_from_another_host(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path / "site"],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 80
    loaded = {match[0] for page in pages for match in LOADED.finditer(page.read_text(encoding="utf-8"))}
    assert {each for each in loaded if 'rel="canonical"' not in each} == set()
