"""The yardstick for sending: one mail, made once, handed over again and again by plain smtplib on green threads.

python -m tests.benchmarks.raw_smtp PORT MAILS CONNECTIONS prints the rate in mails per second.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import smtplib  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402


def main() -> None:
    port, mails, connections = (int(each) for each in sys.argv[1:4])
    content = Path(sys.argv[4]).read_bytes()
    left = iter(range(mails))

    def work() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=15) as server:
            for _ in left:
                server.sendmail("afspraken@loket.example", ["lieve@example.org"], content)

    began = time.perf_counter()
    pool = eventlet.GreenPool(connections)
    for _ in range(connections):
        pool.spawn(work)
    pool.waitall()
    print(mails / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
