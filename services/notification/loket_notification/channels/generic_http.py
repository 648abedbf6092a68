"""SMS over any HTTP gateway: the settings describe the request, what counts as success, and the receipts."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import requests
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from loket_chassis.runtime.allowed_values import JsonObject, OneOf, Pattern, WebAddress
from loket_chassis.runtime.settings import SECONDS, setting

from .base import Callback, Forged, Outgoing, Receipt, Refused
from .http import HttpSms, is_right

_environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
#: what the body's template may name
FIELDS = ("to", "text", "sender", "id", "receipts")


class BodyTemplate:
    """A Jinja template of the body."""

    allowed = f"a Jinja template with {', '.join(FIELDS)}"

    def __call__(self, value: str) -> str:
        try:
            _environment.from_string(value).render(dict.fromkeys(FIELDS, ""))
        except TemplateError as error:
            raise ValueError(f"it must be {self.allowed}: {error}") from error
        return value


@dataclass(frozen=True, kw_only=True)
class GenericHttpSettings:
    """A gateway that is asked over HTTP."""

    sms_http_url: str = setting("Where the gateway takes a message", allowed=WebAddress(query=True))
    sms_http_method: str = setting("How the gateway is asked", default="POST", allowed=OneOf(("POST", "GET")))
    sms_http_headers: str = setting("Headers, as a JSON object", default="{}", secret=True, allowed=JsonObject())
    sms_http_body: str = setting(
        "The body, a template with to, text, sender, id and receipts; `| tojson` makes a JSON string of each",
        default='{"to": {{ to | tojson }}, "from": {{ sender | tojson }}, "text": {{ text | tojson }}}',
        allowed=BodyTemplate(),
    )
    sms_http_type: str = setting("The media type of the body", default="application/json")
    sms_http_success: str = setting(
        "A pattern that the answer matches when the message was taken", default="", allowed=Pattern()
    )
    sms_http_id: str = setting("Where the answer has the message's id, as a.b.0.c", default="id")
    sms_http_timeout: float = setting("Seconds to wait for the gateway", default=10.0, allowed=SECONDS)
    sms_http_receipt_id: str = setting("Where a receipt has the message's id", default="id")
    sms_http_receipt_status: str = setting("Where a receipt has the status", default="status")
    sms_http_delivered: str = setting("Statuses that say delivered, with commas", default="delivered")
    sms_http_failed: str = setting(
        "Statuses that say failed, with commas", default="failed,undelivered,rejected,expired"
    )
    sms_http_receipt_secret: str = setting("Signs receipts: HMAC-SHA256 of the body, in hex", default="", secret=True)
    sms_http_receipt_header: str = setting("The header with the signature of a receipt", default="x-signature")


class GenericHttpChannel(HttpSms):
    """Asks as the settings say."""

    Settings = GenericHttpSettings

    @property
    def timeout(self) -> float:
        return float(self.settings.sms_http_timeout)

    def request(self, message: Outgoing) -> requests.Request:
        values = {
            "to": message.to, "text": message.text, "sender": message.sender, "id": message.id,
            "receipts": message.receipts,
        }  # fmt: skip
        body = _environment.from_string(self.settings.sms_http_body).render(values)
        headers = {"Content-Type": self.settings.sms_http_type, **json.loads(self.settings.sms_http_headers)}
        return requests.Request(
            self.settings.sms_http_method, self.settings.sms_http_url, headers=headers, data=body.encode()
        )

    def accepted(self, answer: requests.Response) -> str:
        wanted = self.settings.sms_http_success
        if wanted and not re.search(wanted, answer.text):
            raise Refused("the gateway did not say that it took the message")
        try:
            return str(_at(answer.json(), self.settings.sms_http_id) or "")
        except ValueError:
            return ""

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        settings = self.settings
        signed = callback.headers.get(settings.sms_http_receipt_header.lower(), "")
        secret = settings.sms_http_receipt_secret.encode()
        wanted = hmac.new(secret, callback.body.encode(), hashlib.sha256).hexdigest()
        if not secret or not is_right(signed.lower(), wanted):
            raise Forged("the signature is missing or wrong")
        try:
            values = json.loads(callback.body)
        except ValueError:
            values = dict(parse_qsl(callback.body)) or dict(callback.query)
        status = str(_at(values, settings.sms_http_receipt_status))
        for state, named in (("delivered", settings.sms_http_delivered), ("failed", settings.sms_http_failed)):
            if status in named.split(","):
                return [Receipt(str(_at(values, settings.sms_http_receipt_id)), state, status)]
        return []


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(document, list) and part.isdigit() and int(part) < len(document):
            document = document[int(part)]
        elif isinstance(document, Mapping):
            document = document.get(part)
        else:
            return None
    return document
