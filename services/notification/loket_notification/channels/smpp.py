"""SMS over SMPP 3.4 (https://smpp.org/SMPP_v3_4_Issue1_2.pdf), by smpplib: straight to an operator's message centre.

One bound connection, one message at a time: a message centre answers within milliseconds, and the throttle of a
municipality is far below that. Delivery receipts are not asked for.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import eventlet.semaphore
import smpplib.client
import smpplib.consts as codes
from smpplib.exceptions import ConnectionError as Disconnected
from smpplib.exceptions import PDUError

from loket_chassis.runtime.allowed_values import PORT, Host
from loket_chassis.runtime.settings import SECONDS, setting

from ..domain.segments import cut, parts, septets
from .base import Away, Callback, Forged, NotNow, Outgoing, Receipt, Refused, Unknown

LATER = frozenset({codes.SMPP_ESME_RTHROTTLED, codes.SMPP_ESME_RMSGQFUL})
OF_THE_MESSAGE = frozenset(
    {codes.SMPP_ESME_RINVDSTADR, codes.SMPP_ESME_RINVSRCADR, codes.SMPP_ESME_RINVMSGLEN, codes.SMPP_ESME_RSUBMITFAIL}
)
#: an information element that joins segments: its length, that it is one, its own length (3GPP TS 23.040, 9.2.3.24.1)
JOINED = b"\x05\x00\x03"


@dataclass(frozen=True, kw_only=True)
class SmppSettings:
    """An operator's message centre."""

    smpp_host: str = setting("The message centre", allowed=Host("SMPP_PORT"))
    smpp_port: int = setting("Its port", default=2775, allowed=PORT)
    smpp_user: str = setting("The system id")
    smpp_password: str = setting("Goes with SMPP_USER", secret=True)
    smpp_timeout: float = setting("Seconds to wait for the message centre", default=10.0, allowed=SECONDS)


class SmppChannel:
    """Sends to one message centre."""

    kind = "sms"
    Settings = SmppSettings

    def __init__(self, settings: SmppSettings) -> None:
        self.settings = settings
        self._client: Any = None
        self._one_at_a_time = eventlet.semaphore.Semaphore()

    def send(self, message: Outgoing) -> str:
        with self._one_at_a_time:
            client = self._bound()
            is_gsm = cut(message.text).encoding == "GSM-7"
            pieces = parts(message.text)
            series = secrets.token_bytes(1)
            first = ""
            for number, piece in enumerate(pieces, start=1):
                content = septets(piece) if is_gsm else piece.encode("utf-16-be")
                if len(pieces) > 1:
                    content = JOINED + series + bytes([len(pieces), number]) + content
                identifier = self._submit(client, message, content, is_gsm, len(pieces) > 1, number > 1)
                first = first or identifier
            return first

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        raise Forged("a message centre sends no callbacks")

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Disconnected, PDUError, OSError):
                client.disconnect()

    def _bound(self) -> Any:
        if self._client is not None:
            return self._client
        settings = self.settings
        client = smpplib.client.Client(
            settings.smpp_host, settings.smpp_port, timeout=settings.smpp_timeout, allow_unknown_opt_params=True
        )
        try:
            client.connect()
            client.bind_transmitter(system_id=settings.smpp_user, password=settings.smpp_password)
        except (Disconnected, PDUError, OSError) as error:
            with suppress(Disconnected, PDUError, OSError):
                client.disconnect()
            raise Away(f"the message centre cannot be reached: {type(error).__name__}") from error
        self._client = client
        return client

    def _submit(
        self, client: Any, message: Outgoing, content: bytes, is_gsm: bool, is_joined: bool, has_begun: bool
    ) -> str:
        is_number = message.sender.lstrip("+").isdigit()
        try:
            client.send_message(
                source_addr_ton=codes.SMPP_TON_INTL if is_number else codes.SMPP_TON_ALNUM,
                source_addr=message.sender,
                dest_addr_ton=codes.SMPP_TON_INTL,
                destination_addr=message.to.removeprefix("+"),
                short_message=content,
                data_coding=codes.SMPP_ENCODING_DEFAULT if is_gsm else codes.SMPP_ENCODING_ISO10646,
                esm_class=codes.SMPP_GSMFEAT_UDHI if is_joined else codes.SMPP_MSGTYPE_DEFAULT,
            )
        except (Disconnected, OSError) as error:
            self.close()
            raise (Unknown if has_begun else Away)("the message centre went away") from error
        answer = self._answer(client)
        if answer.status == codes.SMPP_ESME_ROK:
            return bytes(answer.message_id or b"").decode(errors="replace")
        reason = f"the message centre said {answer.status}"
        if answer.status in LATER:
            raise NotNow(reason)
        raise Refused(reason) if answer.status in OF_THE_MESSAGE else Away(reason)

    def _answer(self, client: Any) -> Any:
        try:
            while (found := client.read_pdu()).command != "submit_sm_resp":
                if found.command == "enquire_link":
                    client._enquire_link_received(found)
        except (Disconnected, PDUError, OSError) as error:
            self.close()
            raise Unknown("the message centre did not say whether it took the message") from error
        return found
