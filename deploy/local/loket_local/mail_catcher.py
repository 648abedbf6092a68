"""A mail server that stores what it receives, and a page that shows it. For demonstrations and tests."""

from __future__ import annotations

import datetime as dt
import html
import json
import signal
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from .ports import LOOPBACK

MAX_KEPT = 2000


@dataclass(frozen=True)
class Caught:
    """One mail as it came in."""

    number: int
    received_at: dt.datetime
    recipients: list[str]
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def part(self, *preference: str) -> str:
        body = self.message.get_body(preferencelist=preference)
        return str(body.get_content()) if body else ""

    @cached_property
    def described(self) -> dict[str, Any]:
        message = self.message
        return {
            "number": self.number,
            "received_at": self.received_at.isoformat(),
            "to": self.recipients,
            "from": str(message["From"]),
            "subject": str(message["Subject"]),
            "message_id": str(message["Message-ID"]),
            "text": self.part("plain"),
            "attachments": [part.get_filename() for part in message.iter_attachments()],
        }


@dataclass
class Mailbox:
    """The newest mails, in memory."""

    caught: deque[Caught] = field(default_factory=lambda: deque(maxlen=MAX_KEPT))
    numbers: count[int] = field(default_factory=lambda: count(1))

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.caught.append(Caught(next(self.numbers), dt.datetime.now(dt.UTC), list(envelope.rcpt_tos), raw))
        return "250 kept"

    def find(self, number: str) -> Caught | None:
        return next((each for each in list(self.caught) if str(each.number) == number), None)


PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body{{font:16px/1.5 sans-serif;margin:2rem auto;max-width:52rem;padding:0 1rem;color:#16282a}}
table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.4rem;border-bottom:1px solid #c5d3d1}}
pre{{white-space:pre-wrap;background:#eef4f3;padding:1rem}}iframe{{width:100%;height:44rem;border:1px solid #c5d3d1}}
</style></head><body>{body}</body></html>"""


def make_handler(mailbox: Mailbox) -> type[BaseHTTPRequestHandler]:  # noqa: C901
    """The pages of one mailbox: `/`, `/1`, `/1.html`, `/1.eml`, `/1/afspraak.ics`, `/messages.json?to=ADDRESS`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            path = address.path.strip("/")
            if path == "":
                self._send(_list_page(mailbox))
            elif path == "messages.json":
                recipients = parse_qs(address.query).get("to", [])
                mails = [each.described for each in list(mailbox.caught) if set(recipients) <= set(each.recipients)]
                self._send(json.dumps(mails, ensure_ascii=False), "application/json")
            else:
                self._send_mail(path)

        def _send_mail(self, path: str) -> None:
            number, _, file = path.partition("/")
            caught = mailbox.find(number.removesuffix(".html").removesuffix(".eml"))
            if caught is None:
                self.send_error(404)
            elif file:
                for part in caught.message.iter_attachments():
                    if part.get_filename() == file:
                        self._send(part.get_payload(decode=True), part.get_content_type())
                        return
                self.send_error(404)
            elif number.endswith(".eml"):
                self._send(caught.raw, "message/rfc822")
            elif number.endswith(".html"):
                self._send(caught.part("html"))
            else:
                self._send(_mail_page(caught))

        def _send(self, body: Any, media_type: str = "text/html") -> None:
            data = body if isinstance(body, bytes) else str(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", f"{media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    return Handler


def _list_page(mailbox: Mailbox) -> str:
    rows = "".join(
        f"<tr><td>{each.received_at:%H:%M:%S}</td>"
        f'<td><a href="/{each.number}">{html.escape(str(each.message["Subject"]))}</a></td>'
        f"<td>{html.escape(', '.join(each.recipients))}</td></tr>"
        for each in reversed(list(mailbox.caught))
    )
    body = f"<table><tr><th>Received (UTC)</th><th>Subject</th><th>To</th></tr>{rows}</table>" if rows else ""
    empty = "" if rows else "<p>No mail yet. Book an appointment, then reload this page.</p>"
    return PAGE.format(title="Mail", body=f"<h1>Mail that Loket sent</h1>{body}{empty}")


def _mail_page(caught: Caught) -> str:
    message = caught.message
    files = " ".join(
        f'<a href="/{caught.number}/{html.escape(name)}">{html.escape(name)}</a>'
        for name in (part.get_filename() for part in message.iter_attachments())
        if name
    )
    return PAGE.format(
        title=html.escape(str(message["Subject"])),
        body=f'<p><a href="/">All mail</a></p><h1>{html.escape(str(message["Subject"]))}</h1>'
        f"<p>To: {html.escape(str(message['To']))}<br>From: {html.escape(str(message['From']))}<br>Attached: {files} · "
        f'<a href="/{caught.number}.eml">source</a></p>'
        f'<iframe sandbox="allow-popups" src="/{caught.number}.html" title="HTML part"></iframe>'
        f"<h2>Plain part</h2><pre>{html.escape(caught.part('plain'))}</pre>",
    )


@click.command()
@click.option("--smtp-port", default=1025, show_default=True)
@click.option("--http-port", default=8025, show_default=True)
@click.option("--address", default=LOOPBACK, show_default=True, help="Where it listens; 0.0.0.0 for the whole network.")
def main(smtp_port: int, http_port: int, address: str) -> None:
    """Store every mail that arrives on the SMTP port, and show it on the HTTP port."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname=address, port=smtp_port, data_size_limit=10_000_000)
    controller.start()
    server = ThreadingHTTPServer((address, http_port), make_handler(mailbox))
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(SystemExit(0)))
    try:
        server.serve_forever()
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
