"""Keep packages from importing what they can do without, which costs each service memory and time at its start.

structlog imports rich for its console output, and rich imports pygments; services log JSON. PyMongo imports
cryptography for pyOpenSSL, which is not installed, before it falls back to the standard library's ssl.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

#: modules that structlog and PyMongo import when they are there
UNUSED = ("rich", "pymongo.pyopenssl_context")


@contextmanager
def hidden(*names: str) -> Iterator[None]:
    """While this is open, an import of one of `names` raises ImportError, unless it was imported before."""
    absent = dict.fromkeys(name for name in names if name not in sys.modules)
    sys.modules.update(absent)  # type: ignore[arg-type]  # None means that an import fails
    try:
        yield
    finally:
        for name in absent:
            sys.modules.pop(name, None)
