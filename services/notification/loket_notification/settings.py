"""The settings of notification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loket_chassis.runtime.allowed_values import Between, DatabaseName, ListenAddress, WebAddress
from loket_chassis.runtime.settings import WORKERS, MongoSettings, setting

from .channels.providers import Provider, ProviderNames, Providers, installed, names_in
from .domain.kinds import CHANNELS, EMAIL, SMS

#: the parts of one SMS are numbered in a byte (3GPP TS 23.040, 9.2.3.24.1)
MAX_PARTS = 255
#: the longest that MongoDB allows for the age of documents: its seconds fit 31 bits
LONGEST_KEPT = (2**31 - 1) // 86_400


@dataclass(frozen=True, kw_only=True)
class NotificationSettings(MongoSettings):
    """Notification: e-mail and SMS about appointments, from appointment events."""

    http_address: str = setting(
        "Where notification serves its probes and metrics", default="127.0.0.1:8092", allowed=ListenAddress()
    )
    mongo_database: str = setting(
        "The name of notification's own database", default="loket_notification", allowed=DatabaseName()
    )
    max_workers: int = setting(
        "How many events are processed at once; also the prefetch count", default=16, allowed=WORKERS
    )
    senders: int = setting(
        "How many messages are sent at once, over as many connections", default=24, allowed=Between(1, 1000)
    )
    claim_seconds: float = setting(
        "Seconds after which other instances take over the messages of a dead process; three times as many for a "
        "message that may have been sent",
        default=20.0,
        allowed=Between(1, 3600),
    )
    public_url: str = setting(
        "The public address of the gateway; links in messages begin with it", allowed=WebAddress()
    )
    email_providers: str = setting(
        "The channels for e-mail, in the order in which they are tried", default="smtp", allowed=ProviderNames(EMAIL)
    )
    sms_providers: str = setting(
        "The channels for SMS, in the order in which they are tried", default="file", allowed=ProviderNames(SMS)
    )
    email_rate: float = setting(
        "E-mails per second and provider at most; 0 is unlimited", default=0.0, allowed=Between(0)
    )
    sms_rate: float = setting("SMS per second and provider at most; 0 is unlimited", default=5.0, allowed=Between(0))
    most_segments: int = setting(
        "The maximum number of segments of an SMS; a longer one is not sent", default=4, allowed=Between(1, MAX_PARTS)
    )
    webhooks_to_private: bool = setting(
        "Whether webhooks may be sent to http and to addresses that are not public", default=False
    )
    keep_messages_days: int = setting(
        "Days after which the record of a message is deleted", default=400, allowed=Between(1, LONGEST_KEPT)
    )

    @classmethod
    def all_groups(cls) -> Iterable[type]:
        return [channel.Settings for channel in installed().values()]

    @classmethod
    def groups_in_force(cls, values: Mapping[str, Any]) -> Iterable[type]:
        known, found = installed(), []
        for kind in CHANNELS:
            default = cls.__dataclass_fields__[f"{kind}_providers"].default
            found += [known[name].Settings for name in names_in(values.get(f"{kind}_providers", default))]
        return found

    def providers(self) -> Providers:
        """The configured channels, each with its settings."""
        known = installed()
        rates = {EMAIL: self.email_rate, SMS: self.sms_rate}
        named = {EMAIL: self.email_providers, SMS: self.sms_providers}
        return Providers(
            {
                kind: [
                    Provider(name, known[name](self.groups[known[name].Settings]), rates[kind])
                    for name in names_in(named[kind])
                ]
                for kind in CHANNELS
            }
        )
