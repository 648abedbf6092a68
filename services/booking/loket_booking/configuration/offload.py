"""Read and change configurations; what takes long runs outside of the service's process."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from loket_chassis.runtime.worker_process import LimitExceeded, Run, run_here
from loket_chassis.yaml.patch import amended
from loket_contracts.errors import Refusal

from ..domain.catalogue import Municipality
from . import reader

P = ParamSpec("P")
T = TypeVar("T")
#: characters; the time to read a shorter text is about that of a booking
SHORT = 50_000


@dataclass(frozen=True)
class AmendedConfiguration:
    """`diff`: unified, from the text in force."""

    text: str
    diff: str
    municipality: Municipality


@dataclass(frozen=True)
class ConfigurationReader:
    """The functions of `reader`. `run` calls those that take long."""

    run: Run = run_here

    def read(self, text: str, version: int = 0, only: str | None = None) -> Municipality:
        """As `reader.read_configuration`."""
        return self._read(text, reader.read_configuration, text, version, only)

    def read_stored(self, text: str, version: int) -> Municipality:
        """As `reader.read_stored`."""
        return self._read(text, reader.read_stored, text, version)

    def values_at(self, text: str, path: Sequence[str]) -> dict[str, Any]:
        """As `reader.values_at`."""
        return self._read(text, reader.values_at, text, path)

    def amend(self, text: str, path: Sequence[str], values: Mapping[str, Any]) -> AmendedConfiguration:
        """Set these keys of the mapping at `path`. Raises Refusal: invalid-configuration."""
        return self._limited(self.run, amend, text, path, values)

    def diff(self, before: str, after: str) -> str:
        """The unified diff of two texts. Raises Refusal: invalid-configuration when it takes too long."""
        return self._read(max(before, after, key=len), unified_diff, before, after)

    def _read(self, text: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        run = run_here if len(text) < SHORT else self.run
        return self._limited(run, function, *args, **kwargs)

    @staticmethod
    def _limited(run: Run, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return run(function, *args, **kwargs)
        except LimitExceeded as error:
            too_long = {"line": "1", "pointer": "/", "detail": "This configuration takes too long to read."}
            raise Refusal("invalid-configuration", errors=[too_long]) from error


def amend(text: str, path: Sequence[str], values: Mapping[str, Any]) -> AmendedConfiguration:
    after = amended(text, path, values)
    return AmendedConfiguration(after, unified_diff(text, after), reader.read_configuration(after))


def unified_diff(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "in force", "proposed", lineterm="")
    return "\n".join(lines)
