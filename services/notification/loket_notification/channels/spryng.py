"""SMS by Spryng's REST API (https://docs.spryngsms.com)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

import requests

from loket_chassis.runtime.allowed_values import WebAddress
from loket_chassis.runtime.secret_values import Secret
from loket_chassis.runtime.settings import setting

from ..domain.segments import cut
from .base import Callback, Outgoing, Receipt
from .http import MIN_RECEIPT_KEY, HttpSms, require_key

STATES = {"10": "delivered", "20": "failed"}


@dataclass(frozen=True, kw_only=True)
class SpryngSettings:
    """An account at Spryng."""

    spryng_key: str = setting("The API key", secret=True)
    spryng_route: str = setting("The route", default="business")
    spryng_receipt_key: str = setting(
        "Ends the callback that Spryng calls: ...?key=", default="", secret=True, allowed=Secret(MIN_RECEIPT_KEY)
    )
    spryng_url: str = setting("Where the API is", default="https://rest.spryngsms.com", allowed=WebAddress())


class SpryngChannel(HttpSms):
    """Sends by Spryng."""

    Settings = SpryngSettings

    def request(self, message: Outgoing) -> requests.Request:
        body = {
            "body": message.text,
            "encoding": "plain" if cut(message.text).encoding == "GSM-7" else "unicode",
            "originator": message.sender,
            "recipients": [message.to.removeprefix("+")],
            "route": self.settings.spryng_route,
            "reference": message.id[-64:],
        }
        headers = {"Authorization": f"Bearer {self.settings.spryng_key}", "Accept": "application/json"}
        return requests.Request("POST", f"{self.settings.spryng_url}/v1/messages", json=body, headers=headers)

    def accepted(self, answer: requests.Response) -> str:
        return str(answer.json()["id"])

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        require_key(callback, self.settings.spryng_receipt_key)
        values = {**callback.query, **dict(parse_qsl(callback.body))}
        state = STATES.get(values.get("STATUS", ""))
        return [Receipt(values.get("ID", ""), state, f"reason {values.get('REASONCODE', '')}")] if state else []
