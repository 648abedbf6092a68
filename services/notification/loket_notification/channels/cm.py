"""SMS by CM.com's Business Messaging gateway (https://developers.cm.com/messaging/docs/sms)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import requests

from loket_chassis.runtime.allowed_values import WebAddress
from loket_chassis.runtime.secret_values import Secret
from loket_chassis.runtime.settings import setting

from .base import Away, Callback, Forged, Outgoing, Receipt, Refused
from .http import MIN_RECEIPT_KEY, HttpSms, require_key

#: errors of the message: a wrong number or text; other codes are about our account or a fault of the provider
OF_THE_MESSAGE = frozenset({201, 202, 203, 204, 301, 303, 304, 305})
DELIVERED, FAILED = "2", frozenset({"1", "3"})
MAX_PARTS = 8


@dataclass(frozen=True, kw_only=True)
class CmSettings:
    """An account at CM.com."""

    cm_product_token: str = setting("The product token", secret=True)
    cm_receipt_key: str = setting(
        "Ends the webhook that CM.com calls: ...?key=", default="", secret=True, allowed=Secret(MIN_RECEIPT_KEY)
    )
    cm_url: str = setting("Where the gateway is", default="https://gw.messaging.cm.com", allowed=WebAddress())


class CmChannel(HttpSms):
    """Sends by CM.com."""

    Settings = CmSettings

    def request(self, message: Outgoing) -> requests.Request:
        sms = {
            "allowedChannels": ["SMS"],
            "from": message.sender,
            "to": [{"number": message.to.replace("+", "00", 1)}],
            "minimumNumberOfMessageParts": 1,
            "maximumNumberOfMessageParts": MAX_PARTS,
            "body": {"type": "auto", "content": message.text},
            "reference": message.id,
        }
        body = {"messages": {"authentication": {"producttoken": self.settings.cm_product_token}, "msg": [sms]}}
        return requests.Request("POST", f"{self.settings.cm_url}/v1.0/message", json=body)

    def accepted(self, answer: requests.Response) -> str:
        response = answer.json()
        first = (response.get("messages") or [{}])[0]
        code = int(response.get("errorCode") or 0) or int(first.get("messageErrorCode") or 0)
        if code:
            reason = f"CM.com said {code}"
            raise Refused(reason) if code in OF_THE_MESSAGE else Away(reason)
        return str(first.get("reference", ""))

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        require_key(callback, self.settings.cm_receipt_key)
        try:
            response = json.loads(callback.body)["messages"]["msg"]
            found = response if isinstance(response, list) else [response]
            return [
                Receipt(each["reference"], "delivered" if code == DELIVERED else "failed", f"CM.com said {code}")
                for each in found
                if (code := str(each["status"]["code"])) == DELIVERED or code in FAILED
            ]
        except (ValueError, KeyError, TypeError) as error:
            raise Forged("this is no status report") from error
