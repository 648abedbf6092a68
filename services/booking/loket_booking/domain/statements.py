"""What a municipality declares about personal data and accessibility. The gateway writes the pages from it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from loket_contracts.languages import Text


@dataclass(frozen=True)
class Body:
    """An organisation that residents can turn to, such as a supervisory authority."""

    name: Text
    url: str


@dataclass(frozen=True)
class PrivacyStatement:
    """What the privacy statement adds to its standard text (GDPR, article 13).

    `url`: the municipality's general statement. `officer_email`, `officer_phone`: of the data protection officer.
    `recipients`: the organisations that process data for the municipality. `authority`: where one can complain; None is
    that of the country. `message_record_days`: how long it is recorded that a message was sent.
    """

    url: str | None = None
    address: str | None = None
    officer_email: str | None = None
    officer_phone: str | None = None
    recipients: tuple[Text, ...] = ()
    authority: Body | None = None
    message_record_days: int = 400
    addition: Text = field(default_factory=dict)


@dataclass(frozen=True)
class AccessibilityStatement:
    """The content of the accessibility statement (Implementing Decision (EU) 2018/1523, annex).

    `status`: full, partial or none. `gaps`: content that does not meet the requirements; `burdens`: because that would
    be a disproportionate burden; `exempt`: because the law does not apply to it. `prepared`: None is the date of the
    assessment that Loket ships with. `enforcement`: where one can complain; None is that of the country.
    `law`: which transposes Directive (EU) 2016/2102; empty is that of the country.
    """

    url: str | None = None
    status: str = "partial"
    gaps: tuple[Text, ...] = ()
    burdens: tuple[Text, ...] = ()
    exempt: tuple[Text, ...] = ()
    prepared: dt.date | None = None
    reviewed: dt.date | None = None
    assessed_by: str = "self"
    report_url: str | None = None
    email: str | None = None
    phone: str | None = None
    enforcement: Body | None = None
    law: Text = field(default_factory=dict)
