"""The long form of all tests, in parts of half an hour at most, but for the faults: `python -m tests.long [PART]`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: of the operations with 5,000 requests each: 150 to 360 s for one
OPENAPI = 8
PARTS = {
    **{f"fuzzing-{n}": ["tests/fuzzing/test_openapi.py", f"--part={n}/{OPENAPI}"] for n in range(1, OPENAPI + 1)},
    "bodies": ["tests/fuzzing/test_bodies.py"],
    "pages-1": ["tests/fuzzing/test_pages.py", "--part=1/2"],
    "pages-2": ["tests/fuzzing/test_pages.py", "--part=2/2"],
    "links": ["tests/fuzzing/test_links.py"],
    "faults": ["tests/faults"],
    "upgrade": ["tests/upgrade"],
    "figures": ["tests/figures"],
    "browser": ["tests/browser"],
    "components": ["services", "gateway"],
    "whole": [
        "deploy",
        "tests/attacks",
        "tests/interop",
        "tests/journeys",
        "tests/deployment",
        "tests/docs",
        "tests/storage",
        "tests/architecture",
        "tests/compatibility",
    ],
}
#: what a part runs besides tests: the whole table of faults takes an hour
AFTERWARDS = {"faults": ["tests.faults", "--publish"]}
#: parts that are a program: the stack in containers, and the tests of the chassis on other versions of Python
PROGRAMS = {"containers": ["tests.containers"], "pythons": ["tests.pythons"]}


def run(part: str) -> int:
    began = time.monotonic()
    commands = [PROGRAMS[part] if part in PROGRAMS else ["pytest", "-n", "2", "--no-loadscope-reorder", *PARTS[part]]]
    if part in AFTERWARDS:
        commands.append(AFTERWARDS[part])
    environment = {**os.environ, "LOKET_LONG": "1"}
    code = max(
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environment, check=False).returncode
        for command in commands
    )
    print(f"{part}: {'passed' if code == 0 else 'FAILED'} in {time.monotonic() - began:.0f} s", flush=True)
    return code


def main(chosen: list[str]) -> int:
    known = (*PARTS, *PROGRAMS)
    if unknown := sorted({*chosen} - {*known}):
        print(f"There is no part {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    return max(run(part) for part in chosen or known)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
