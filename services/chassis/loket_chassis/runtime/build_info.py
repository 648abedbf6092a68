"""Which release of Loket runs, for the log and the metrics."""

from __future__ import annotations

import os
from importlib.metadata import version

from prometheus_client import Info

BUILD = Info("loket_build", "The release that runs")
#: the environment variable in which an image names the commit that it was built from
REVISION = "LOKET_REVISION"


def build_info() -> dict[str, str]:
    """{version, revision}. All components of a release have its version; `revision` is empty outside an image."""
    return {"version": version("loket-chassis"), "revision": os.environ.get(REVISION, "")}
