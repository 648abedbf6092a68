"""Which services must restart because their source files changed: `loket up --reload`."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

#: packages that every service imports
SHARED = ("loket_contracts", "loket_chassis")
IGNORED_FOLDERS = {"__pycache__"}


def packages_of(service: str) -> list[Path]:
    """The folders of the packages of ours that a service imports."""
    specs = (importlib.util.find_spec(name) for name in (f"loket_{service}", *SHARED))
    return [Path(folder) for spec in specs if spec for folder in spec.submodule_search_locations or ()]


class SourceWatcher:
    """Compares modification times of all files in the services' packages."""

    def __init__(self, folders: Mapping[str, Sequence[Path]]) -> None:
        """`folders`: the source folders by service."""
        self._folders = folders
        self._seen = self._read()

    def changed(self) -> set[str]:
        """The services of which a file was added, changed or removed since the last call."""
        now, before = self._read(), self._seen
        self._seen = now
        return {
            service
            for service, folders in self._folders.items()
            if any(now[folder] != before[folder] for folder in folders)
        }

    def _read(self) -> dict[Path, dict[str, int]]:
        return {folder: dict(_times(folder)) for folder in {each for group in self._folders.values() for each in group}}


def _times(folder: Path) -> Iterator[tuple[str, int]]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in IGNORED_FOLDERS]
        for name in files:
            path = os.path.join(parent, name)
            try:
                yield path, os.stat(path).st_mtime_ns
            except FileNotFoundError:  # an editor replaced it between the two calls
                continue
