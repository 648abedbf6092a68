"""An error in a thread of the framework ends no process, and the message or request that it belongs to is answered."""

import pytest
from nameko.exceptions import RemoteError


@pytest.fixture
def same_process(sample):
    pid = sample.child.pid
    yield
    assert sample.ask("sleep", 0) == "awake"
    assert (sample.child.is_running(), sample.child.pid) == (True, pid)


def test_an_error_before_the_method_is_answered(sample, same_process):
    with pytest.raises(RemoteError, match="RuntimeError before the method"):
        sample.ask("fail_before")


def test_an_error_after_the_method_does_not_end_the_process(sample, same_process):
    assert sample.ask("fail_after") == "done"


def test_an_error_in_a_managed_thread_does_not_end_the_process(sample, same_process):
    before = sample.metric("loket_thread_errors_total")
    sample.ask("fail_in_threads")
    assert sample.metric("loket_thread_errors_total") == before + 1
