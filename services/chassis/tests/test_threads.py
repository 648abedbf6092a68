"""An error in a thread of the framework ends no process, and the message or request that it belongs to is answered."""

import pytest
import requests
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
    sample.ask("fail_in_threads")
    metrics = requests.get(f"http://127.0.0.1:{sample.port}/metrics", timeout=5).text
    assert "loket_thread_errors_total 1.0" in metrics
