"""A mail as MIME (RFC 2045 to 2049, 5322): plain text, HTML and the calendar entry, which goes along as a file too.

Written by the email package of the standard library, by its older half: the newer one parses every header that it is
given, which costs five times as much as all the rest.
"""

from __future__ import annotations

import re
from email.generator import BytesGenerator
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from io import BytesIO
from typing import Any

from .base import Outgoing

_SMTP = compat32.clone(linesep="\r\n", max_line_length=76)
_UTF8 = "utf-8"


def to_bytes(message: Outgoing, sender: str) -> bytes:
    """The mail from `sender`, lines ended by CRLF and leading dots doubled (RFC 5321, 4.5.2)."""
    alternatives = _multipart("alternative")
    alternatives.attach(MIMEText(message.text, "plain", _UTF8))
    alternatives.attach(_html(message))
    mail = alternatives
    if message.calendar:
        entry = MIMEText(message.calendar.decode(), "calendar", _UTF8)
        entry.set_param("method", message.calendar_method)
        alternatives.attach(entry)
        mail = _multipart("mixed")
        mail.attach(alternatives)
        file = MIMEApplication(message.calendar, "ics")
        file.add_header("Content-Disposition", "attachment", filename="afspraak.ics")
        mail.attach(file)
    headers: dict[str, Any] = {
        "Subject": _subject(message.subject),
        "From": _address(message.sender, sender),
        "To": _address(message.to_name, message.to),
        "Date": format_datetime(message.at),
        "Message-ID": f"<{message.id.replace(':', '.')}@loket>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers, please
    }
    if message.unsubscribe:
        headers["List-Unsubscribe"] = f"<{message.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    for name, value in headers.items():
        mail[name] = value
    content = BytesIO()
    BytesGenerator(content, mangle_from_=False, policy=_SMTP).flatten(mail)
    return re.sub(rb"(?m)^\.", b"..", content.getvalue())


def _html(message: Outgoing) -> MIMEBase:
    """The HTML part, together with its pictures when it has any (RFC 2387)."""
    html = MIMEText(message.html, "html", _UTF8)
    if not message.pictures:
        return html
    related = _multipart("related")
    related.attach(html)
    for name, content in message.pictures.items():
        picture = MIMEImage(content, "png")
        picture.add_header("Content-ID", f"<{name}>")
        picture.add_header("Content-Disposition", "inline", filename=f"{name}.png")
        related.attach(picture)
    return related


def _multipart(kind: str) -> MIMEMultipart:
    """Its boundary occurs in no part, as they are all base64, which has no underscore (RFC 2045, 6.7, 6.8).

    The email package would look for one that does not, with a regular expression of its own for each mail.
    """
    return MIMEMultipart(kind, boundary=f"=_{kind}")


def _one_line(text: str) -> str:
    """A name or subject can hold anything; a header ends at a line break."""
    return " ".join(text.split())


def _subject(text: str) -> Header:
    line = _one_line(text)
    return Header(line, "us-ascii" if line.isascii() else "utf-8", header_name="Subject")


def _address(name: str, address: str) -> str:
    return formataddr((_one_line(name), _one_line(address)))
