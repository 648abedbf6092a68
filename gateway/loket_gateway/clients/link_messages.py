"""Send the link of an appointment once more, in the latest message that has it."""

from __future__ import annotations

from collections.abc import Collection

from loket_contracts.errors import Refusal
from loket_contracts.rpc.notification import Notification

#: messages with the link
WITH_LINK = frozenset({"confirmation", "reschedule", "moved_by_us"})
CHANNELS = ("email", "sms")


def send_link(notification: Notification, municipality: str, appointment: str, channels: Collection[str]) -> bool:
    """Send the latest message with the link again. One that is still to be sent will come anyway.

    Returns whether there is such a message over one of these channels.
    """
    found = notification.messages(municipality, appointment)
    latest = [each for each in found if each["kind"] in WITH_LINK and each["channel"] in channels][-1:]
    for message in latest:
        try:
            notification.resend(municipality, message["message"])
        except Refusal as refusal:
            if refusal.code != "unknown-message":
                raise
    return bool(latest)
