"""Write a bill of materials (CycloneDX 1.6, JSON) of each component: `make sbom`, or `python deploy/sbom.py FOLDER`.

It lists what an image installs: the component and, at the versions of constraints.txt with their hashes, all that it
depends on.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
COMPONENTS = {
    **{f"loket-{name}": f"services/{name}" for name in ("booking", "notification", "reporting")},
    "loket-gateway": "gateway",
    "loket-backup": "deploy/backup",
}


def normal(name: str) -> str:
    """The normal form of a distribution's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def dependencies(distribution: str) -> set[str]:
    """The names of all that the image of a distribution has, on this platform: what it needs, directly or not."""
    found: set[str] = set()
    waiting = [Requirement(distribution), Requirement("loket-chassis[tracing]")]
    while waiting:
        parent = waiting.pop()
        for text in requires(parent.name) or ():
            needed = Requirement(text)
            extras = parent.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                if normal(needed.name) not in found:
                    waiting.append(needed)
                found.add(normal(needed.name))
    return found


def pinned(names: set[str]) -> str:
    """The entries of constraints.txt for these names, with their hashes."""
    entries = re.split(r"\n(?=\S)", (ROOT / "constraints.txt").read_text().strip())
    return "\n".join(entry for entry in entries if normal(re.split(r"[=\[ ]", entry)[0]) in names)


def write(distribution: str, folder: Path) -> Path:
    """Write the bill of materials of one component into a folder. Returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{distribution}.cdx.json"
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write(pinned(dependencies(distribution)))
        requirements.flush()
        command = [
            *(Path(sys.executable).parent / "cyclonedx-py", "requirements", requirements.name),
            *("--pyproject", ROOT / COMPONENTS[distribution] / "pyproject.toml"),
            *("--output-reproducible", "--validate", "--output-file", file),
        ]
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return file


def main(folder: str) -> None:
    for distribution in COMPONENTS:
        print(write(distribution, Path(folder)))


if __name__ == "__main__":
    main(*sys.argv[1:2] or ["dist"])
