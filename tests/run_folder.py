"""Where a test run keeps the data and logs of its servers: in memory where there is room, else beside the code."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from loket_local.processes import is_alive

MEMORY, BESIDE = Path("/dev/shm"), Path(__file__).parents[1] / ".local"
NAME = "loket-test-"
#: bytes; each process of a run has up to two database servers, of half a gigabyte of data and journal each
ROOM = 8 * 2**30


def folder_of_run(pid: int) -> Path:
    """The folder of the run with this process id. Folders of runs that were killed are removed."""
    base = MEMORY if _room_in_memory() >= ROOM else BESIDE
    for left in base.glob(f"{NAME}[0-9]*"):
        if not is_alive(int(left.name.removeprefix(NAME))):
            shutil.rmtree(left, ignore_errors=True)
    return base / f"{NAME}{pid}"


def _room_in_memory() -> int:
    """The bytes that files in memory may take; 0 where there is no such file system, as in most containers."""
    if not MEMORY.is_dir():
        return 0
    available = re.search(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
    return min(shutil.disk_usage(MEMORY).free, int(available[1]) * 1024 if available else 0)
