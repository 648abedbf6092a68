"""The yardsticks for sending: plain smtplib on green threads, without anything around it.

python -m tests.benchmarks.raw_smtp PORT MAILS CONNECTIONS FILE [--written] prints the rate in mails a second. It hands
over FILE, one ready-made mail, again and again; with --written, each mail is written first, with the standard library
and the same parts as in FILE, as a script would that sends a mail to each of many people.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import email  # noqa: E402
import email.policy  # noqa: E402
import smtplib  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from email.message import EmailMessage  # noqa: E402
from pathlib import Path  # noqa: E402

SENDER, RECEIVER = "afspraken@loket.example", "lieve@example.org"


def written_anew(content: bytes) -> Callable[[int], EmailMessage]:
    """Return a function that writes a mail with the texts of `content`, each time to another resident."""
    read = email.message_from_bytes(content, policy=email.policy.default)
    texts = {part.get_content_type(): part.get_content() for part in read.walk() if not part.is_multipart()}
    entry = texts.get("application/ics", b"")

    def write(number: int) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = str(read["Subject"]), SENDER, f"Lieve {number} <{RECEIVER}>"
        mail.set_content(texts["text/plain"].replace("Lieve", f"Lieve {number}"))
        mail.add_alternative(texts["text/html"].replace("Lieve", f"Lieve {number}"), subtype="html")
        mail.add_attachment(entry, maintype="application", subtype="ics", filename="afspraak.ics")
        return mail

    return write


def main() -> None:
    port, mails, connections = (int(each) for each in sys.argv[1:4])
    content = Path(sys.argv[4]).read_bytes()
    write = written_anew(content) if "--written" in sys.argv else None
    left = iter(range(mails))

    def work() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=15) as server:
            for number in left:
                if write is None:
                    server.sendmail(SENDER, [RECEIVER], content)
                else:
                    server.send_message(write(number))

    began = time.perf_counter()
    pool = eventlet.GreenPool(connections)
    for _ in range(connections):
        pool.spawn(work)
    pool.waitall()
    print(mails / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
