"""The HTTP gateway: the API and the pages in front, RPC behind."""

import loket_chassis  # noqa: F401 - before eventlet
