"""Pin every dependency of every component, with hashes, into constraints.txt: `make lock`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / "tests" / "requirements.in"


def requirements() -> list[str]:
    """The external requirements of all components and their extras, without the components themselves."""
    needed = set()
    for file in ROOT.glob("**/pyproject.toml"):
        project = tomllib.loads(file.read_text()).get("project", {})
        extras = project.get("optional-dependencies", {}).values()
        every = chain(project.get("dependencies", ()), *extras)
        needed.update(need for need in every if not need.startswith("loket-"))
    return sorted(needed)


def main() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".in") as source:
        source.write("\n".join([*requirements(), TOOLS.read_text()]))
        source.flush()
        command = [
            *(sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--strip-extras"),
            *("--allow-unsafe", "--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"),
            *("--no-annotate", "--no-header", "--output-file", str(ROOT / "constraints.txt"), source.name),
        ]
        subprocess.run([*command, *sys.argv[1:]], check=True)


if __name__ == "__main__":
    main()
