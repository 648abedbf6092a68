"""Write each SMS as one line of JSON to a file or the log. For demonstrations and tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from loket_chassis.runtime.settings import setting

from ..domain.segments import cut
from .base import Away, Callback, Forged, Outgoing, Receipt

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """Where they go."""

    sms_file: str = setting("The file that takes SMS, a line of JSON each; empty to only count them", default="")


class FileChannel:
    """Writes to a file what would have been sent."""

    kind = "sms"
    Settings = FileSettings

    def __init__(self, settings: FileSettings) -> None:
        self.settings = settings

    def send(self, message: Outgoing) -> str:
        size = cut(message.text)
        if self.settings.sms_file:
            line = {"id": message.id, "to": message.to, "from": message.sender, "text": message.text}
            said = json.dumps({**line, "encoding": size.encoding, "segments": size.segments}, ensure_ascii=False)
            try:
                with Path(self.settings.sms_file).open("a", encoding="utf-8") as file:
                    file.write(said + "\n")
            except OSError as error:
                raise Away(f"the file cannot be written: {error.strerror}") from error
        log.info("sms not sent, only noted", message=message.id, segments=size.segments)
        return message.id

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        raise Forged("a file sends no callbacks")

    def close(self) -> None:
        """Nothing to close."""
