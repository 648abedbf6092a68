"""A virus scanner that speaks clamd's INSTREAM and finds the EICAR test file, and ClamAV's own clamd."""

from __future__ import annotations

import shutil
import socketserver
import struct
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from loket_local import debian
from loket_local.ports import find_free, is_free
from tests.client import eventually

#: https://www.eicar.org/download-anti-malware-testfile: every scanner reports it; in two parts, lest one finds it here
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner(socketserver.ThreadingTCPServer):
    """`response`: what it answers instead of a verdict. `most`: bytes of the longest stream that gets a verdict.

    `sizes`: of the streams that it read.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.response: bytes | None = None
        self.most = 25_000_000
        self.sizes: list[int] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Session(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.server.sizes.append(len(content))
        verdict = b"stream: Eicar-Signature FOUND" if EICAR in content else b"stream: OK"
        if len(content) > self.server.most:
            verdict = b"INSTREAM size limit exceeded. ERROR"
        self.wfile.write((self.server.response or verdict) + b"\0")


@contextmanager
def scanner() -> Iterator[Scanner]:
    with Scanner() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


@contextmanager
def clamd(folder: Path) -> Iterator[str]:
    """The address of Debian's clamd, which knows one signature: that of the EICAR test file."""
    with debian.alone():
        if shutil.which("clamd") is None:
            debian.install("clamav-daemon", "clamd, the virus scanner of ClamAV,")
    port = find_free(1)[0]
    (folder / "eicar.ndb").write_text(f"Eicar-Signature:0:*:{EICAR.hex()}\n")
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"DatabaseDirectory {folder}\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\nUser root\n"
    )
    process = subprocess.Popen(["clamd", "-c", str(configuration)], stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: not is_free(port))
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()
