"""The folders of tests that concern what differs from a commit: `python -m tests.changed [COMMIT]`.

Without a commit it is the one at which this branch left main, or on main the one before; what is not committed counts
too.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPONENTS = ("services/booking", "services/notification", "services/reporting", "gateway")
#: every component is made with these
SHARED = ("services/contracts", "services/chassis")
#: every change can break these; they need no servers
ALWAYS = ("tests/architecture", "tests/docs")
#: tests that need the whole stack
WHOLE = ("tests/journeys", "tests/interop")


def folders_of(paths: Iterable[str]) -> list[str]:
    """Which folders of tests to run for these changed files, by their paths from the root."""
    found = set(ALWAYS)
    for path in paths:
        parts = path.split("/")
        folder = "/".join(parts[:2])
        if folder in SHARED:
            found |= {*SHARED, *COMPONENTS}
        elif folder in COMPONENTS:
            found.add(folder)
        elif parts[0] == "gateway":
            found |= {"gateway", *(WHOLE if parts[1] != "tests" else ())}
        elif folder == "deploy/municipalities":
            found |= {"services/booking", "services/notification", "deploy", *WHOLE}
        elif parts[0] == "deploy":
            found |= {"deploy", "tests/deployment"}
        elif parts[0] == "tests" and len(parts) > 2 and (ROOT / folder).is_dir():
            found.add(folder)
        elif path.endswith((".py", ".toml", ".txt")):
            found |= {*SHARED, *COMPONENTS, *WHOLE}
    return sorted(folder for folder in found if any((ROOT / folder).rglob("test_*.py")))


def changed_paths(commit: str | None = None) -> list[str]:
    """The files that differ from the commit, and those that git does not know yet."""
    if commit is None:
        commit = _git("merge-base", "main", "HEAD").strip()
        if commit == _git("rev-parse", "HEAD").strip():
            commit = "HEAD~"
    differing = _git("diff", "--name-only", commit) + _git("ls-files", "--others", "--exclude-standard")
    return sorted(set(differing.splitlines()))


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    print(*folders_of(changed_paths(*sys.argv[1:2])))
