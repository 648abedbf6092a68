"""A background worker runs while there is work, waits otherwise, and survives errors."""

import time

import eventlet
import pytest
from prometheus_client import REGISTRY

from loket_chassis.runtime import backoff
from loket_chassis.runtime.worker import Worker


class Task:
    """Returns or raises the outcomes in turn, then False; records the time of each call."""

    def __init__(self, *outcomes):
        self.outcomes = list(outcomes)
        self.calls = []

    def __call__(self):
        self.calls.append(time.monotonic())
        outcome = self.outcomes.pop(0) if self.outcomes else False
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


@pytest.fixture
def run():
    started = []

    def start(task, interval=60.0, **options):
        worker = Worker("of-the-test", task, interval, **options)
        worker.start(lambda target, identifier: eventlet.spawn(target))
        started.append(worker)
        return worker

    yield start
    for worker in started:
        worker.stop()


def until(condition):
    with eventlet.Timeout(30):
        while not condition():
            eventlet.sleep(0.01)


def failures():
    return REGISTRY.get_sample_value("loket_worker_failures_total", {"worker": "of-the-test"}) or 0


def test_a_worker_repeats_at_once_while_there_is_more_work_and_then_waits(run):
    task = Task(True, True, False)
    before = failures()
    run(task)
    until(lambda: len(task.calls) == 3)
    eventlet.sleep(0.05)
    assert (len(task.calls), failures()) == (3, before)


def test_a_worker_runs_when_woken_and_after_the_interval(run):
    task = Task()
    worker = run(task)
    until(lambda: len(task.calls) == 1)
    eventlet.sleep(0.05)
    worker.wake()
    worker.wake()
    until(lambda: len(task.calls) == 2)
    often = Task()
    run(often, interval=0.02)
    until(lambda: len(often.calls) > 3)


def test_a_wake_during_a_run_is_not_lost(run):
    calls = []

    def step():
        calls.append(None)
        if len(calls) == 1:
            worker.wake()
        return False

    worker = Worker("of-the-test", step, 60.0)
    worker.start(lambda target, identifier: eventlet.spawn(target))
    until(lambda: len(calls) == 2)
    worker.stop()


def test_an_error_is_counted_and_the_worker_retries_after_a_delay(run):
    task, before = Task(RuntimeError("no"), RuntimeError("no"), False), failures()
    run(task)
    until(lambda: len(task.calls) == 3)
    assert task.calls[1] - task.calls[0] >= 0.1
    assert failures() == before + 2


def test_a_worker_stops_wherever_it_waits(run):
    task = Task()
    worker = run(task, interval=0.02, threads=3)
    until(lambda: len(task.calls) > 3)
    worker.stop()
    called = len(task.calls)
    eventlet.sleep(0.1)
    assert called == len(task.calls)


def test_retry_delays_double_up_to_the_maximum_with_jitter():
    delays = backoff.delays()
    for longest in (0.2, 0.4, 0.8, 1.6, 2, 2):
        assert longest / 2 <= next(delays) <= longest
