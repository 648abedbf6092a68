"""Send the weekly report to a team when reporting announces that it is due.

An error is raised, and the consumer retries later. A report that was sent just before its process died is sent twice,
which is harmless.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import structlog

from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.languages import LANGUAGES, pick, spoken
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import TeamContact, Text
from loket_contracts.rpc.notification.answers import SentTest, TeamReport
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.reporting.answers import Overview

from ..channels.base import NotSent, Outgoing, Refused
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


def view(
    context: Context, booking: Booking, reporting: Reporting, municipality: str, team: str, first: str, last: str
) -> TeamReport:
    """The report as it would be sent. Raises Refusal: invalid-request."""
    contact = _contact(booking, municipality, team)
    report = _report(context, reporting, municipality, team, first, last, contact)
    return {"subject": report.subject, "text": report.text, "to": contact["email"] or None}


def send_now(
    context: Context, booking: Booking, reporting: Reporting, municipality: str, team: str, first: str, last: str
) -> SentTest:
    """Send the report to the team, also when it was sent before. Raises Refusal: invalid-request, not-sent."""
    contact = _contact(booking, municipality, team)
    if not contact["email"]:
        raise Refusal("not-sent", {"reason": "the team has no address"})
    report = _report(context, reporting, municipality, team, first, last, contact)
    identifier = f"report-{municipality}/{team}/{context.now():%Y%m%d%H%M%S%f}"
    try:
        provider, sent = context.providers.send(EMAIL, _mail(context, contact, report, identifier))
    except NotSent as error:
        raise Refusal("not-sent", {"reason": error.reason}) from error
    return {"provider": provider, "id": sent}


def _contact(booking: Booking, municipality: str, team: str) -> TeamContact:
    contact = booking.team_contact(municipality, team)
    if contact is None:
        raise Refusal("invalid-request", errors=[{"pointer": "/team", "detail": "There is no such team."}])
    return contact


def _report(
    context: Context, reporting: Reporting, municipality: str, team: str, first: str, last: str, contact: TeamContact
) -> Report:
    thirteen = (dt.date.fromisoformat(last) - WEEKS + dt.timedelta(days=1)).isoformat()
    return _compose(
        contact,
        reporting.overview(municipality, first, last, team=team),
        reporting.overview(municipality, thirteen, last, team=team),
        f"{context.public_url.rstrip('/')}/{municipality}/cijfers?from={first}&to={last}&team={team}",
    )


def _mail(context: Context, contact: TeamContact, report: Report, identifier: str) -> Outgoing:
    return Outgoing(
        identifier, contact["email"] or "", report.text, context.now(), sender=_name(contact["municipality"], contact),
        to_name=_name(contact["team"], contact), subject=report.subject, html=report.html, pictures=report.pictures,
    )  # fmt: skip


def _send(context: Context, booking: Booking, reporting: Reporting, event: Event) -> None:
    team = event.data["team"]
    contact = booking.team_contact(event.municipality, team)
    if contact is None or not contact["email"]:
        return
    report = _report(context, reporting, event.municipality, team, event.data["from"], event.data["to"], contact)
    mail = _mail(context, contact, report, event.id)
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
