"""A service that receives a stop signal ends soon and in order."""

import signal
import threading
import time


def test_a_second_stop_signal_changes_nothing(sample):
    call = threading.Thread(target=sample.ask, args=("sleep", 1))
    call.start()
    time.sleep(0.3)
    for _ in range(3):
        sample.child.process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    assert sample.child.process.wait(5) == 0
    call.join()
    assert "AssertionError" not in sample.log.read_text(encoding="utf-8")
