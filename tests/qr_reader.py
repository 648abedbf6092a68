"""Read the QR codes in a picture with zbar, as Debian packages it."""

import shutil
import subprocess
from pathlib import Path

from loket_local import debian


def codes_in(picture: Path) -> list[str]:
    """The texts of the QR codes (ISO/IEC 18004) in a PNG; empty when the reader finds none."""
    with debian.alone():
        if shutil.which("zbarimg") is None:
            debian.install("zbar-tools", "zbarimg, which reads the codes of pages in tests,")
    done = subprocess.run(["zbarimg", "--quiet", "--raw", picture], capture_output=True, text=True, check=False)
    return done.stdout.splitlines()
