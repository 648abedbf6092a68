"""The sources of the last release, as git has them, and a component that runs on them."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path

from loket_local.components import Component
from loket_local.ports import find_free

ROOT = Path(__file__).parents[2]
SUBJECT_OF_A_RELEASE = re.compile(r"Release \d+(\.\d+)*")


def last_release() -> str | None:
    """The commit of the last release: that of the newest tag, or the newest one whose subject says so.

    A clone without tags has the subjects. None in a clone that is too shallow to hold either.
    """
    return _git("describe", "--tags", "--match", "v[0-9]*", "--abbrev=0") or newest_release_commit()


def newest_release_commit() -> str | None:
    """The newest commit whose whole subject is that of a release; `git log --grep` would search its text too."""
    commits = (line.split(" ", 1) for line in (_git("log", "--format=%H %s") or "").splitlines())
    return next((commit for commit, subject in commits if SUBJECT_OF_A_RELEASE.fullmatch(subject)), None)


def extract_sources(release: str, folder: Path) -> Path:
    """Write the sources of a release below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", release], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return folder


def packages(sources: Path) -> list[Path]:
    """The folders that PYTHONPATH names to run these sources."""
    return [*sorted((sources / "services").iterdir()), sources / "gateway", sources / "deploy" / "local"]


def another(component: Component, sources: Path, label: str, **settings: str) -> Component:
    """A further instance of a component, on other sources and a free port, beside the one that runs."""
    (port,) = find_free(1)
    environment = {
        **component.environment,
        **settings,
        "HTTP_ADDRESS": f"127.0.0.1:{port}",
        "PYTHONPATH": os.pathsep.join(map(str, packages(sources))),
    }
    log = component.log.with_name(f"{component.name}-{label}.log")
    return replace(component, port=port, environment=environment, log=log, child=None)


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None
