"""SMS by Twilio's Programmable Messaging (https://www.twilio.com/docs/messaging/api/message-resource)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

import requests

from loket_chassis.runtime.allowed_values import WebAddress
from loket_chassis.runtime.settings import setting

from .base import Callback, Forged, Outgoing, Receipt
from .http import HttpSms, is_right

STATES = {"delivered": "delivered", "undelivered": "failed", "failed": "failed"}


@dataclass(frozen=True, kw_only=True)
class TwilioSettings:
    """An account at Twilio."""

    twilio_account: str = setting("The account SID")
    twilio_token: str = setting("The auth token; it signs the receipts too", secret=True)
    twilio_from: str = setting("The sending number or messaging service; empty for the municipality's name", default="")
    twilio_url: str = setting("Where the API is", default="https://api.twilio.com", allowed=WebAddress())


class TwilioChannel(HttpSms):
    """Sends by Twilio."""

    Settings = TwilioSettings

    def request(self, message: Outgoing) -> requests.Request:
        settings = self.settings
        form = {"To": message.to, "From": settings.twilio_from or message.sender, "Body": message.text}
        if message.receipts:
            form["StatusCallback"] = message.receipts
        return requests.Request(
            "POST",
            f"{settings.twilio_url}/2010-04-01/Accounts/{settings.twilio_account}/Messages.json",
            data=form,
            auth=(settings.twilio_account, settings.twilio_token),
        )

    def accepted(self, answer: requests.Response) -> str:
        return str(answer.json()["sid"])

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        """https://www.twilio.com/docs/usage/webhooks/webhooks-security: the address and the sorted form, signed."""
        form = dict(parse_qsl(callback.body, keep_blank_values=True))
        signed = callback.url + "".join(f"{name}{form[name]}" for name in sorted(form))
        mac = hmac.new(self.settings.twilio_token.encode(), signed.encode(), hashlib.sha1).digest()
        if not is_right(callback.headers.get("x-twilio-signature", ""), base64.b64encode(mac).decode()):
            raise Forged("the signature is missing or wrong")
        state = STATES.get(form.get("MessageStatus", ""))
        reason = form.get("ErrorCode", "") or form.get("MessageStatus", "")
        return [Receipt(form.get("MessageSid", ""), state, reason)] if state else []
