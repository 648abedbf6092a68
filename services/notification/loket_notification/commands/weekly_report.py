"""Send the weekly report to a team when reporting announces that it is due.

An error is raised, and the consumer retries later. A report that was sent just before its process died is sent twice,
which is harmless.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import structlog

from loket_contracts.envelope import Event
from loket_contracts.languages import LANGUAGES, pick, spoken
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import TeamContact, Text
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.reporting.answers import Overview

from ..channels.base import Outgoing, Refused
from ..context import Context
from ..domain.kinds import EMAIL

if TYPE_CHECKING:
    from ..composing.report import Report

WEEKS = dt.timedelta(weeks=13)
log = structlog.get_logger()


def send(context: Context, booking: Booking, reporting: Reporting, event: Event) -> None:
    """Raises NotSent, Unavailable, Refusal; InHand when another process is sending it."""
    if not context.plans.of(event.municipality).weekly_report or not context.reports.take(event.id, context.now()):
        return
    try:
        _send(context, booking, reporting, event)
    except BaseException:
        context.reports.give_back(event.id, context.now())
        raise
    context.reports.sent(event.id, context.now())


def _send(context: Context, booking: Booking, reporting: Reporting, event: Event) -> None:
    team = event.data["team"]
    contact = booking.team_contact(event.municipality, team)
    if contact is None or not contact["email"]:
        return
    first, last = event.data["from"], event.data["to"]
    thirteen = (dt.date.fromisoformat(last) - WEEKS + dt.timedelta(days=1)).isoformat()
    report = _compose(
        contact,
        reporting.overview(event.municipality, first, last, team=team),
        reporting.overview(event.municipality, thirteen, last, team=team),
        f"{context.public_url.rstrip('/')}/{event.municipality}/cijfers?from={first}&to={last}&team={team}",
    )
    mail = Outgoing(
        event.id, contact["email"], report.text, context.now(), sender=_name(contact["municipality"], contact),
        to_name=_name(contact["team"], contact), subject=report.subject, html=report.html, pictures=report.pictures,
    )  # fmt: skip
    try:
        context.providers.send(EMAIL, mail)
    except Refused as error:  # a retry cannot help
        log.error("a team's address was refused", team=team, reason=error.reason)
    else:
        log.info("report sent", report=event.id)


def _compose(contact: TeamContact, week: Overview, weeks: Overview, link: str) -> Report:
    from ..composing.report import compose  # imports the drawing library, which is large and needed once a week

    return compose(
        _name(contact["team"], contact), _name(contact["municipality"], contact), _language(contact), week, weeks, link
    )


def _name(text: Text, contact: TeamContact) -> str:
    return pick(text, _language(contact))


def _language(contact: TeamContact) -> str:
    return spoken(contact["language"], LANGUAGES)
