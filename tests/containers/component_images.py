"""Build the images of the components from deploy/Dockerfile, and measure them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker.errors import BuildError

from loket_local.components import NAMES

from .debian_packages import CERTIFICATES
from .engine import Engine, Report

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Built:
    """`megabytes`: with its base. `steps`: of the Dockerfile, of which `cached` did not run again."""

    component: str
    megabytes: float
    seconds: float
    steps: int
    cached: int


def build_all(engine: Engine, report: Report, components: tuple[str, ...] = NAMES) -> list[Built]:
    """Build what compose.yaml names. What did not change since the last build comes from the engine's cache."""
    return [build(engine, component, report) for component in components]


def build(engine: Engine, component: str, report: Report, **arguments: str) -> Built:
    began = time.monotonic()
    tag = f"loket-{component}:local"
    given = {"COMPONENT": component, **_index(engine), **arguments}
    lines = list(_lines(engine, tag, given))
    image = engine.client.images.get(tag)
    built = Built(
        component,
        image.attrs["Size"] / 1e6,
        time.monotonic() - began,
        sum(line.startswith("Step ") for line in lines),
        sum("Using cache" in line for line in lines),
    )
    report(
        f"image {tag}: {built.megabytes:.0f} MB, built in {built.seconds:.0f} s, "
        f"{built.cached} of {built.steps} steps from the cache"
    )
    return built


def _index(engine: Engine) -> Mapping[str, str]:
    """Where this machine's pip finds packages. A private engine's base image has this machine's certificates."""
    index = {"PIP_INDEX_URL": os.environ.get("PIP_INDEX_URL", "")}
    return {**index, "PIP_CERT": str(CERTIFICATES)} if engine.private and CERTIFICATES.exists() else index


def _lines(engine: Engine, tag: str, arguments: Mapping[str, str]) -> Iterator[str]:
    """What the engine says while it builds. Raises BuildError with the last lines."""
    said: list[str] = []
    steps: Iterator[dict[str, Any]] = engine.client.api.build(
        path=str(ROOT), dockerfile="deploy/Dockerfile", tag=tag, buildargs=dict(arguments), rm=True, forcerm=True,
        decode=True, network_mode="host",
    )  # fmt: skip
    for step in steps:
        if "error" in step:
            raise BuildError(f"{tag}: {step['error']}\n{''.join(said[-40:])}", iter(()))
        if line := step.get("stream", ""):
            said.append(line)
            yield line
