"""A mail server that accepts everything and writes the Message-ID of each mail to a file, one a line."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>]+)>", re.MULTILINE | re.IGNORECASE)


class Sink:
    """Appends to `file`."""

    def __init__(self, file: Path) -> None:
        self.file = file.open("a", buffering=1)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        found = MESSAGE_ID.search(envelope.content[:4000])
        self.file.write(f"{found[1].decode() if found else '-'}\n")
        return "250 kept"


def main() -> None:
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    controller = Controller(Sink(file), hostname="127.0.0.1", port=port)
    controller.start()
    print("ready", flush=True)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    controller.stop()


if __name__ == "__main__":
    main()
