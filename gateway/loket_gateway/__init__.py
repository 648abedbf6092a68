"""The HTTP door: API and pages on one side, RPC on the other."""

import loket_chassis  # noqa: F401 - before eventlet
