"""The background recount leaves the machine most of its time."""

from types import SimpleNamespace

import pytest

from loket_reporting.workers import rollup


class BrokenProjections:
    def current(self):
        raise RuntimeError("the database is away")


def test_the_rollup_also_pauses_after_a_failed_round(monkeypatch):
    times, pauses = iter([100.0, 103.0]), []
    monkeypatch.setattr(rollup, "time", SimpleNamespace(monotonic=lambda: next(times)))
    monkeypatch.setattr(rollup, "eventlet", SimpleNamespace(sleep=pauses.append))
    with pytest.raises(RuntimeError):
        rollup.RollupWorker(BrokenProjections())._recount_stale()
    assert pauses == [pytest.approx(7)]
