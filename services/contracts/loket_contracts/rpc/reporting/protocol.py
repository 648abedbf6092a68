"""Every RPC method of reporting."""

from __future__ import annotations

from typing import Protocol

from ..service import EventConsumer
from .answers import OpenDataRow, Overview, RebuildProgress, StoredReferences, TablePage


class Reporting(EventConsumer, Protocol):
    """Figures about appointments.

    `first` and `last`: the period, YYYY-MM-DD, both inclusive. `team`, `appointment_type`, `location`: count these
    only; a team and a type together are refused.
    """

    def overview(
        self, municipality: str, first: str | None = None, last: str | None = None, team: str | None = None,
        appointment_type: str | None = None, location: str | None = None,
    ) -> Overview:  # fmt: skip
        """Return the figures of a period and of the one before it. Raises Refusal: invalid-request."""
        ...

    def table(
        self, municipality: str, first: str | None = None, last: str | None = None, every: str | None = None,
        by: str | None = None, after: int = 0, team: str | None = None, appointment_type: str | None = None,
        location: str | None = None,
    ) -> TablePage:  # fmt: skip
        """Return a page of rows, one for each part of the period, and each team, type or location by `by`.

        `every`: day, week, month or quarter. Raises Refusal: invalid-request.
        """
        ...

    def open_data(self, municipality: str) -> list[OpenDataRow]:
        """Return the outcomes by month and type, without small counts."""
        ...

    def reference_values(self, municipality: str) -> StoredReferences:
        """Return the baseline and the targets as they were set."""
        ...

    def set_baseline(
        self, municipality: str, by: str, csv: str | None = None, weeks: int | None = None
    ) -> StoredReferences:
        """Set the baseline to the values of a CSV file, or to the first weeks; without either there is none.

        Raises Refusal: invalid-request, with the line of each mistake in the file.
        """
        ...

    def set_targets(self, municipality: str, by: str, targets: dict[str, str]) -> StoredReferences:
        """Set the targets, by figure; an empty text removes one. Raises Refusal: invalid-request."""
        ...

    def rebuild(self) -> bool:
        """Rebuild all facts and figures from the event logs, in the background. Return False when one is running."""
        ...

    def rebuilding(self) -> RebuildProgress:
        """Return the progress of the last rebuild."""
        ...
