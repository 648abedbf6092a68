"""What SMS providers over HTTP have in common: one request, and what its outcome means for the message."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Any, ClassVar

import requests
from requests.adapters import HTTPAdapter

from .base import Away, Callback, Forged, NotNow, Outgoing, Receipt, Refused, Unknown

POOL = 16
#: bytes of the key that authenticates the callbacks of a provider without signatures
MIN_RECEIPT_KEY = 16
TOO_MANY, TIME_OUT, CLIENT_ERROR, SERVER_ERROR = 429, 408, 400, 500
#: they do not know us, or we have not paid: not the message's fault
OURS = frozenset({401, 402, 403})


class HttpSms:
    """One provider: a subclass says what to ask, and reads the answer."""

    kind: ClassVar[str] = "sms"

    def __init__(self, settings: Any) -> None:
        self.settings = settings
        self.session = requests.Session()
        for scheme in ("https://", "http://"):
            self.session.mount(scheme, HTTPAdapter(pool_maxsize=POOL))

    def request(self, message: Outgoing) -> requests.Request:
        """The HTTP request that sends the message."""
        raise NotImplementedError

    def accepted(self, answer: requests.Response) -> str:
        """The provider's id, from an answer with a status below 400. Raises Refused, NotNow."""
        raise NotImplementedError

    @property
    def timeout(self) -> float:
        return 10.0

    def send(self, message: Outgoing) -> str:
        prepared = self.session.prepare_request(self.request(message))
        try:
            answer = self.session.send(prepared, timeout=(self.timeout, self.timeout), allow_redirects=False)
        except requests.ConnectTimeout as error:
            raise Away("the provider does not answer") from error
        except requests.ReadTimeout as error:
            raise Unknown("the provider did not say whether it took the message") from error
        except requests.ConnectionError as error:
            if _before_the_request(error):
                raise Away("the provider cannot be reached") from error
            raise Unknown("the provider went away before it answered") from error
        except requests.RequestException as error:
            raise Away(f"the provider cannot be asked: {type(error).__name__}") from error
        _judge(answer)
        return self.accepted(answer)

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        raise Forged("this provider sends no callbacks")

    def close(self) -> None:
        self.session.close()


def require_key(callback: Callback, key: str) -> None:
    """Check the key in the address of a receipt from a provider without signatures. Raises Forged."""
    if not key or not is_right(callback.query.get("key", ""), key):
        raise Forged("the key is missing or wrong")


def is_right(given: str, wanted: str) -> bool:
    """Takes the same time however much of it is right. What is given need not be ASCII."""
    return hmac.compare_digest(given.encode(), wanted.encode())


def _judge(answer: requests.Response) -> None:
    status = answer.status_code
    if status in (TOO_MANY, TIME_OUT) or status >= SERVER_ERROR:
        kind = Away if status >= SERVER_ERROR else NotNow
        raise kind(f"the provider said {status}", _retry_after(answer))
    if status in OURS:
        raise Away(f"the provider refuses our account: {status}")
    if status >= CLIENT_ERROR:
        raise Refused(f"the provider said {status}")


def _retry_after(answer: requests.Response) -> float | None:
    asked = answer.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else None


def _before_the_request(error: requests.ConnectionError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason).__name__ in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "SSLError")
