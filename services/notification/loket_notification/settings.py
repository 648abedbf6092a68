"""The settings of notification."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loket_chassis.settings import MongoSettings, SettingsError, setting

from .channels.providers import Provider, Providers, installed
from .domain.kinds import CHANNELS, EMAIL, SMS


@dataclass(frozen=True, kw_only=True)
class NotificationSettings(MongoSettings):
    """Notification: e-mail and SMS about appointments, from appointment events."""

    http_address: str = setting("Where the probes and figures of notification answer", default="127.0.0.1:8092")
    mongo_database: str = setting("The name of notification's own database", default="loket_notification")
    max_workers: int = setting("How many events are worked on at once; the prefetch too", default=16)
    senders: int = setting("How many messages are sent at once, over as many connections", default=24)
    claim_seconds: float = setting(
        "Seconds after which others take over the messages of a process that died", default=20.0
    )
    public_url: str = setting("Where residents reach the gateway; links in messages begin with it")
    email_providers: str = setting("The channels for e-mail, in the order in which they are tried", default="smtp")
    sms_providers: str = setting("The channels for SMS, in the order in which they are tried", default="file")
    email_rate: float = setting("The most e-mails per second and provider; 0 is as fast as can be", default=0.0)
    sms_rate: float = setting("The most SMS per second and provider; 0 is as fast as can be", default=5.0)
    most_segments: int = setting("An SMS that would be cut in more segments is not sent", default=4)
    webhooks_to_private: bool = setting(
        "Whether webhooks may go to http and to addresses that are not public", default=False
    )
    keep_messages_days: int = setting("Days after which the record of a message is deleted", default=400)

    @classmethod
    def all_groups(cls) -> Iterable[type]:
        return [channel.Settings for channel in installed().values()]

    @classmethod
    def groups_in_force(cls, values: Mapping[str, Any]) -> Iterable[type]:
        known, found = installed(), []
        for kind in CHANNELS:
            default = cls.__dataclass_fields__[f"{kind}_providers"].default
            for name in _names(values.get(f"{kind}_providers", default)):
                if name not in known or known[name].kind != kind:
                    possible = ", ".join(sorted(each for each, channel in known.items() if channel.kind == kind))
                    raise SettingsError(
                        f"{kind.upper()}_PROVIDERS names {name}, which is not a channel for {kind}: {possible}."
                    )
                found.append(known[name].Settings)
        return found

    def providers(self) -> Providers:
        """The channels in force, each with its settings."""
        known = installed()
        rates = {EMAIL: self.email_rate, SMS: self.sms_rate}
        named = {EMAIL: self.email_providers, SMS: self.sms_providers}
        return Providers(
            {
                kind: [
                    Provider(name, known[name](self.groups[known[name].Settings]), rates[kind])
                    for name in _names(named[kind])
                ]
                for kind in CHANNELS
            }
        )


def _names(listed: str) -> list[str]:
    return [name.strip() for name in listed.split(",") if name.strip()]
