"""A collector of OpenTelemetry that is not ours: Rotel (https://rotel.dev), from PyPI, in a process of its own.

It writes what it receives to its log, in full, and `spans` reads that.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from loket_local import debian
from loket_local.ports import LOOPBACK, find_free
from loket_local.processes import Child

#: `     -> http.route: Str(/health)`, an attribute of a span or its resource; those of links have no type
_ATTRIBUTE = re.compile(r"^ +-> ([\w.]+): \w+\((.*)\)$", re.MULTILINE)
_FIELD = re.compile(r"^ {0,4}(\w[\w ]*?) *: (.*)$", re.MULTILINE)
_LINK = re.compile(r"^ +-> ID: ([0-9a-f]{16})$", re.MULTILINE)


@dataclass(frozen=True)
class Span:
    """A span as the collector received it. `begin`, `end`: nanoseconds of UNIX time. `links`: ids of other spans."""

    trace: str
    id: str
    parent: str
    name: str
    kind: str
    service: str
    begin: int
    end: int
    attributes: dict[str, str]
    links: tuple[str, ...]
    resource: dict[str, str]


class Collector:
    """A running collector."""

    def __init__(self, endpoint: str, log: Path) -> None:
        self.endpoint = endpoint
        self.log = log

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def spans(self) -> list[Span]:
        return list(read(self.text()))


@contextmanager
def running(folder: Path) -> Iterator[Collector]:
    """A collector that listens inside the block. `folder`: for its log."""
    http, grpc = find_free(2)
    log = folder / "collector.log"
    process = Child.start(
        "collector",
        [
            *(str(_program()), "start", "--exporter", "blackhole", "--pid-file", str(folder / "collector.pid")),
            *("--otlp-http-endpoint", f"{LOOPBACK}:{http}", "--otlp-grpc-endpoint", f"{LOOPBACK}:{grpc}"),
            *("--debug-log", "traces", "--debug-log-verbosity", "detailed"),
        ],
        log,
        _environment(),
    )
    try:
        yield Collector(f"http://{LOOPBACK}:{http}", log)
    finally:
        process.kill()


def _environment() -> dict[str, str]:
    return {**os.environ, "LD_LIBRARY_PATH": sysconfig.get_config_var("LIBDIR") or ""}


def _program() -> Path:
    """The program of the wheel. It needs the shared library of this Python, which Debian has as a package."""
    program = Path(distribution("rotel").locate_file("rotel/rotel-agent"))
    if subprocess.run([program, "--version"], env=_environment(), capture_output=True, check=False).returncode:
        with debian.alone():
            debian.install(f"libpython3.{sys.version_info.minor}", "The library that the collector needs")
    return program


def read(log: str) -> Iterator[Span]:
    """The spans that the collector has written."""
    for received in re.split(r"^ResourceSpans #\d+$", log, flags=re.MULTILINE)[1:]:
        head, *written = re.split(r"^Span #\d+$", received, flags=re.MULTILINE)
        resource = dict(_ATTRIBUTE.findall(head))
        for each in written:
            fields = dict(_FIELD.findall(each))
            if "Status code" not in fields:  # it is being written
                continue
            yield Span(
                fields["Trace ID"], fields["ID"], fields["Parent ID"], fields["Name"],
                fields["Kind"].removeprefix("SPAN_KIND_").lower(), resource["service.name"],
                int(fields["Start time"]), int(fields["End time"]),
                dict(_ATTRIBUTE.findall(each)), tuple(_LINK.findall(each)), resource,
            )  # fmt: skip


def path_to(span: Span, spans: Iterable[Span]) -> list[str]:
    """From the first span of a trace to this one, each as `service kind name`."""
    by_id = {each.id: each for each in spans}
    path = []
    found: Span | None = span
    while found is not None:
        path.append(f"{found.service} {found.kind} {found.name}")
        found = by_id.get(found.parent)
    return path[::-1]
