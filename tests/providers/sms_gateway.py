"""An SMS gateway over HTTP. Its next answers are set by POST /next, what it took is at GET /taken.

POST /send {"to", "text", "receipts"} is answered by what is next: a status, or "silent" for no answer within its time.
With nothing next it takes the message, and sends a signed receipt to the address that came with it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = b"secret-of-the-gateway"
SILENCE = 6.0
answers: list[Any] = []
taken: list[dict[str, Any]] = []


class Gateway(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._say(200, taken)

    def do_POST(self) -> None:
        result = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/next":
            answers.extend(result)
            self._say(204, None)
            return
        answer = answers.pop(0) if answers else 200
        if answer == "silent":
            taken.append(result)
            time.sleep(SILENCE)
            return
        if answer != 200:
            self._say(answer, {}, {"Retry-After": "1"} if answer == 429 else {})
            return
        taken.append(result)
        identifier = f"sms-{len(taken)}"
        self._say(200, {"id": identifier})
        threading.Timer(0.3, _send_receipt, (result["receipts"], identifier)).start()

    def _say(self, status: int, said: Any, headers: dict[str, str] | None = None) -> None:
        content = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def _send_receipt(address: str, identifier: str) -> None:
    body = json.dumps({"id": identifier, "status": "delivered"}).encode()
    signature = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(address, body, {"X-Signature": signature, "Content-Type": "application/json"})
    urllib.request.urlopen(request, timeout=5).close()


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Gateway).serve_forever()
