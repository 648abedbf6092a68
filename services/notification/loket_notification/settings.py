"""The settings of notification."""

from __future__ import annotations

from dataclasses import dataclass

from loket_chassis.settings import MongoSettings, setting


@dataclass(frozen=True, kw_only=True)
class NotificationSettings(MongoSettings):
    """Notification: e-mail about appointments, from appointment events."""

    http_address: str = setting("Where the probes and figures of notification answer", default="127.0.0.1:8092")
    mongo_database: str = setting("The name of notification's own database", default="loket_notification")
    max_workers: int = setting("How many messages are sent at once; the prefetch too", default=4)
    public_url: str = setting("Where residents reach the gateway; links in mails begin with it")
    smtp_host: str = setting("The mail server", default="127.0.0.1")
    smtp_port: int = setting("The mail server's port", default=1025)
    smtp_security: str = setting("none, starttls or tls", default="none")
    smtp_user: str = setting("Empty when the mail server asks no log-in", default="")
    smtp_password: str = setting("Goes with SMTP_USER", default="", secret=True)
    smtp_timeout: float = setting("Seconds to wait for the mail server", default=15.0)
    mail_from: str = setting("The sender's address", default="afspraken@loket.example")
