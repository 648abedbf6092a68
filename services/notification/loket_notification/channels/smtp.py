"""E-mail over SMTP (RFC 5321), by the standard library."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from ..composer import Composed
    from ..settings import NotificationSettings

#: SMTP replies from here on are final; those below may be tried again (RFC 5321, section 4.2.1)
FINAL = 500
OK = 250


class AddressRefused(Exception):
    """The mail server refuses this message for good. Trying again cannot help."""


@dataclass(frozen=True)
class Mail:
    """One e-mail. `message_id` is the same on every try, so that a server or reader can tell a repeat.

    `calendar`: an entry that goes along; empty for none.
    """

    to_name: str
    to_address: str
    from_name: str
    composed: Composed
    message_id: str
    date: dt.datetime
    calendar_method: str = ""
    calendar: bytes = b""


class SmtpChannel:
    """Sends through one mail server, over connections that are kept for the next mail."""

    def __init__(self, settings: NotificationSettings) -> None:
        self.settings = settings
        self.idle: list[smtplib.SMTP] = []

    def send(self, mail: Mail) -> None:
        """Hand the mail over. Raises AddressRefused when it is final, OSError or SMTPException to try again."""
        message = self.to_message(mail)
        server = self._take()
        try:
            server.send_message(message)
        except smtplib.SMTPException as error:
            server.close()
            raise _judged(error) from error
        except BaseException:
            server.close()
            raise
        self.idle.append(server)

    def _take(self) -> smtplib.SMTP:
        """A kept connection that still answers, else a new one."""
        while self.idle:
            server = self.idle.pop()
            try:
                if server.noop()[0] == OK:
                    return server
            except (smtplib.SMTPException, OSError):
                server.close()
        return self._connect()

    def to_message(self, mail: Mail) -> EmailMessage:
        """Plain text, HTML and the calendar entry, if any, as alternatives, and the entry once more as a file."""
        message = EmailMessage()
        message["Subject"] = mail.composed.subject
        message["From"] = Address(mail.from_name, addr_spec=self.settings.mail_from)
        message["To"] = Address(mail.to_name, addr_spec=mail.to_address)
        message["Date"] = format_datetime(mail.date)
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        message.set_content(mail.composed.text)
        message.add_alternative(mail.composed.html, subtype="html")
        if mail.calendar:
            message.add_alternative(mail.calendar.decode(), subtype="calendar", params={"method": mail.calendar_method})
            message.add_attachment(mail.calendar, maintype="application", subtype="ics", filename="afspraak.ics")
        return message

    def _connect(self) -> smtplib.SMTP:
        settings = self.settings
        if settings.smtp_security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                settings.smtp_host,
                settings.smtp_port,
                timeout=settings.smtp_timeout,
                context=ssl.create_default_context(),
            )
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=settings.smtp_timeout)
        if settings.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        return server


def _judged(error: smtplib.SMTPException) -> Exception:
    """The error as it counts for the message: final, or to be tried again."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return error  # ours to repair, not the message's fault
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        codes = [error.smtp_code]
    else:
        return error
    return AddressRefused(f"the mail server said {codes[0]}") if min(codes) >= FINAL else error
