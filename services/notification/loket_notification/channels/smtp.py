"""E-mail over SMTP (RFC 5321), by the standard library, over connections that are reused for the next mail."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from loket_chassis.runtime.allowed_values import PORT, EmailAddress, Host, OneOf, ReadableFile
from loket_chassis.runtime.settings import SECONDS, setting

from .base import Away, Callback, Declined, Forged, NotNow, Outgoing, Receipt, Refused, Unknown
from .mime import to_bytes

#: SMTP replies from here on are final; those below may be tried again (RFC 5321, 4.2.1)
FINAL = 500
GO_AHEAD = 354
OK = 250
NONE, STARTTLS, TLS = "none", "starttls", "tls"
#: the enhanced status code that a reply begins with (RFC 2034, section 4; RFC 3463, section 2)
_ENHANCED = re.compile(rb"\s*(5\.\d{1,3}\.\d{1,3})(?!\S)")
#: said of a recipient, these are about the mailbox: RFC 3463, sections 3.2 and 3.3 (5.1.7 and 5.1.8 are about the
#: sender), and RFC 7505 for 5.1.10. A reply without such a code may be about anything.
OF_THE_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})


@dataclass(frozen=True, kw_only=True)
class SmtpSettings:
    """A mail server."""

    smtp_host: str = setting("The mail server", default="127.0.0.1", allowed=Host("SMTP_PORT"))
    smtp_port: int = setting("The mail server's port", default=1025, allowed=PORT)
    smtp_security: str = setting(
        "How the connection is encrypted: not at all, after a greeting in clear, or from the start",
        default=NONE,
        allowed=OneOf((NONE, STARTTLS, TLS)),
    )
    smtp_ca_file: str = setting(
        "Certificates to trust beside the system's, for a mail server of one's own", default="", allowed=ReadableFile()
    )
    smtp_user: str = setting("Empty when the mail server asks no log-in", default="")
    smtp_password: str = setting("Goes with SMTP_USER", default="", secret=True)
    smtp_timeout: float = setting("Seconds to wait for the mail server", default=15.0, allowed=SECONDS)
    mail_from: str = setting("The sender's address", default="afspraken@loket.example", allowed=EmailAddress())


class SmtpChannel:
    """Sends through one mail server."""

    kind = "email"
    Settings = SmtpSettings

    def __init__(self, settings: SmtpSettings) -> None:
        if settings.smtp_security not in (NONE, STARTTLS, TLS):
            raise ValueError(f"unknown security of SMTP: {settings.smtp_security}")  # never in clear by mistake
        self.settings = settings
        self.idle: list[smtplib.SMTP] = []

    def send(self, message: Outgoing) -> str:
        sender, recipient, content = self.settings.mail_from, message.to, self.to_bytes(message)
        server, is_fresh = self._take()
        try:
            server = self._begin(server, is_fresh, sender, recipient)
            self._hand_over(server, content)
        except (Refused, Declined):
            self._keep(server)
            raise
        except BaseException:
            server.close()
            raise
        self.idle.append(server)
        return ""

    def read_receipts(self, callback: Callback) -> Sequence[Receipt]:
        raise Forged("a mail server sends no callbacks")

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()

    def _take(self) -> tuple[smtplib.SMTP, bool]:
        return (self.idle.pop(), False) if self.idle else (self._connect(), True)

    def _keep(self, server: smtplib.SMTP) -> None:
        """The connection is good for another mail, when the server agrees."""
        try:
            server.rset()
        except (smtplib.SMTPException, OSError):
            server.close()
        else:
            self.idle.append(server)

    def _begin(self, server: smtplib.SMTP, is_fresh: bool, sender: str, recipient: str) -> smtplib.SMTP:
        """Up to the point where the server waits for the content. Reconnects once when a reused connection has died."""
        try:
            _expect(server.mail(sender), OK)
            _expect(server.rcpt(recipient), OK, of_recipient=True)
            _expect(server.docmd("DATA"), GO_AHEAD)
        except (smtplib.SMTPServerDisconnected, ConnectionError) as error:
            server.close()
            if is_fresh:
                raise Away(f"the mail server went away: {type(error).__name__}") from error
            return self._begin(self._connect(), True, sender, recipient)
        except OSError as error:
            raise Away(f"the mail server does not answer: {type(error).__name__}") from error
        return server

    def _hand_over(self, server: smtplib.SMTP, content: bytes) -> None:
        try:
            server.send(content)
        except OSError as error:  # it takes a message at the final dot, which it has not seen
            raise Away(f"the mail server went away: {type(error).__name__}") from error
        try:
            server.send(b".\r\n")
            answer = server.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise Unknown("the mail server did not say whether it took the mail") from error
        _expect(answer, OK)

    def to_bytes(self, message: Outgoing) -> bytes:
        """The mail as it goes over the line."""
        return to_bytes(message, self.settings.mail_from)

    def _connect(self) -> smtplib.SMTP:
        settings = self.settings
        try:
            if settings.smtp_security == TLS:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    settings.smtp_host, settings.smtp_port, timeout=settings.smtp_timeout, context=self._tls()
                )
            else:
                server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=settings.smtp_timeout)
            if settings.smtp_security == STARTTLS:
                server.starttls(context=self._tls())
            server.ehlo_or_helo_if_needed()
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password)
        except smtplib.SMTPAuthenticationError as error:
            raise Away(f"the mail server refuses our log-in: {error.smtp_code}") from error
        except (smtplib.SMTPException, OSError) as error:
            raise Away(f"the mail server cannot be reached: {type(error).__name__}") from error
        return server

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.settings.smtp_ca_file:
            context.load_verify_locations(self.settings.smtp_ca_file)
        return context


def _expect(answer: tuple[int, bytes], wanted: int, of_recipient: bool = False) -> None:
    code = answer[0]
    if code == wanted or (wanted == OK and code // 100 == 2):
        return
    if code >= FINAL:
        found = _ENHANCED.match(answer[1])
        enhanced = found[1].decode() if found else ""
        reason = f"the mail server said {code} {enhanced}".rstrip()
        if of_recipient and enhanced in OF_THE_MAILBOX:
            raise Refused(reason, unreachable=True)
        raise Declined(reason)
    raise NotNow(f"the mail server said {code}")
