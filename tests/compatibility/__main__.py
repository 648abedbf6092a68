"""`make contracts`: compare the contracts with those of the last release. Exit code 1 when a change breaks one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.upgrade.releases import ROOT, extract_sources, last_release, packages

from .contracts_diff import breaking_changes

ACCEPTED = Path(__file__).parent / "accepted.yaml"
SNAPSHOT = Path(__file__).parent / "snapshot.py"


def contracts_of(sources: Path) -> dict[str, Any]:
    """The contracts as the code below `sources` publishes them."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, packages(sources)))}
    done = subprocess.run([sys.executable, SNAPSHOT], env=environment, check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def accepted() -> dict[str, str]:
    """The breaking changes since the last release that were decided on: the change, and why."""
    return yaml.safe_load(ACCEPTED.read_text(encoding="utf-8")) or {}


def main() -> int:
    release = last_release()
    if release is None:
        print("This clone has no release to compare with: git fetch --unshallow --tags", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        released = contracts_of(extract_sources(release, Path(folder)))
    found, known = breaking_changes(released, contracts_of(ROOT)), accepted()
    for change in found:
        print(f"{'accepted' if change in known else 'BREAKS'}: {change}")
    print(f"{len(found)} breaking changes since {release}, {len(known)} accepted")
    return 1 if {*found} - {*known} else 0


if __name__ == "__main__":
    sys.exit(main())
