"""Hooks of mkdocs: pages of the repository outside docs, and links to code.

The site has CONTRIBUTING, SECURITY, CHANGELOG and the READMEs of the components under project/. A link to another file
of the repository becomes its text, because the site has no code.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
DOCS = "docs"
OUTSIDE = (
    "README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "services/contracts/README.md",
    "services/chassis/README.md", "services/booking/README.md", "services/notification/README.md",
    "services/reporting/README.md", "gateway/README.md", "deploy/local/README.md", "deploy/backup/README.md",
)  # fmt: skip
#: a Markdown link or picture: text, target without its fragment, fragment
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#]+)(#[^)\s]*)?\)")
HTML_PICTURE = re.compile(r'(<img src=")([^"]+)(")')
FENCE = re.compile(r"^( *```.*?^ *```)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: Any) -> Files:
    """Add the pages from outside docs."""
    for path in OUTSIDE:
        text = (ROOT / path).read_text(encoding="utf-8")
        files.append(File.generated(config, _in_site(path), content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Lead each link to the page of the site, or leave its text."""
    here = _in_repository(page.file.src_uri)
    parts = FENCE.split(markdown)
    return "".join(part if number % 2 else _with_links(part, here, files) for number, part in enumerate(parts))


def _with_links(text: str, here: str, files: Files) -> str:
    def lead(match: re.Match[str]) -> str:
        picture, words, target, fragment = match.groups()
        if re.match(r"[a-z]+:", target):
            return match[0]
        found = target_in_site(here, target, files)
        return f"{picture}[{words}]({found}{fragment or ''})" if found else words

    def show(match: re.Match[str]) -> str:
        return f"{match[1]}{target_in_site(here, match[2], files) or match[2]}{match[3]}"

    return HTML_PICTURE.sub(show, LINK.sub(lead, text))


def target_in_site(here: str, target: str, files: Files) -> str | None:
    """The relative address of a file of the repository on the site; None when the site does not have it."""
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
    name = _in_site(wanted)
    if files.get_file_from_path(name) is None:
        return None
    return posixpath.relpath(name, posixpath.dirname(_in_site(here)) or ".")


def _in_site(path: str) -> str:
    return path.removeprefix(f"{DOCS}/") if path.startswith(f"{DOCS}/") else f"project/{path}"


def _in_repository(uri: str) -> str:
    return uri.removeprefix("project/") if uri.startswith("project/") else f"{DOCS}/{uri}"
