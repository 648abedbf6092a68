"""The pure tests and those of chassis and contracts, on the other Python versions that are installed here.

`python -m tests.pythons [3.12 3.13]`. Each interpreter gets a virtual environment with everything pinned, in
.local/pythons, which later runs use again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.12", "3.13")
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
SUITES = (["--pure"], ["services/chassis", "services/contracts"])


def interpreter(version: str) -> Path | None:
    """The interpreter of a version: of pyenv, else on PATH; None when it is not installed."""
    found = sorted(PYENV.glob(f"{version}.*/bin/python"))
    if found:
        return found[-1]
    on_path = shutil.which(f"python{version}")
    return Path(on_path) if on_path else None


def run(version: str, python: Path) -> int:
    """Install everything for this interpreter, and run the suites. Returns the highest exit code."""
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    venv = ROOT / ".local" / "pythons" / version
    made = subprocess.run(
        [ROOT / "deploy" / "local" / "bootstrap.sh", venv], env={**environment, "PYTHON": str(python)}, check=False
    )
    if made.returncode:
        return made.returncode
    command = [venv / "bin" / "python", "-m", "pytest", "-n", "2", "--no-loadscope-reorder"]
    return max(
        subprocess.run([*command, *suite], cwd=ROOT, env=environment, check=False).returncode for suite in SUITES
    )


def main(versions: list[str]) -> int:
    codes = []
    for version in versions or VERSIONS:
        python = interpreter(version)
        if python is None:
            print(f"Python {version}: not installed here, so not tested", flush=True)
            continue
        codes.append(run(version, python))
        print(f"Python {version}: {'passed' if codes[-1] == 0 else 'FAILED'}", flush=True)
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
