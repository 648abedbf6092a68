"""Delivery receipts of message providers."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.notification.commands import Callback

from ..http.parsing import body_of
from ..http.responses import done
from ..http.routing import route


@dataclass(frozen=True)
class ReceiptRoutes:
    """Forwards receipts to notification, which verifies their signatures."""

    notification: Notification
    public_url: str

    @route("POST", "/receipts/<provider>")
    def post_receipt(self, request: Request, provider: str) -> Response:
        return self._receive(request, provider)

    @route("GET", "/receipts/<provider>")
    def get_receipt(self, request: Request, provider: str) -> Response:
        return self._receive(request, provider)

    def _receive(self, request: Request, provider: str) -> Response:
        query = request.query_string.decode("ascii", "replace")
        try:
            body = body_of(request).decode()
        except UnicodeDecodeError as error:
            raise Refusal("receipt-not-signed") from error
        callback = Callback(
            method=request.method,
            url=f"{self.public_url}/receipts/{provider}" + (f"?{query}" if query else ""),
            query=request.args.to_dict(),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
        )
        self.notification.receipt(provider, callback)
        return done()
