"""From the bus to the mailbox of a team: the weekly report, with figures from reporting and an address from booking."""

import datetime as dt
from email import message_from_bytes

import requests
from kombu import Connection

from loket_chassis.messaging import exchanges
from loket_contracts import events
from tests.client import Portal, eventually


def test_an_announced_weekly_report_is_mailed_to_the_team_with_its_picture(stack, portal: Portal):
    monday = dt.date(2026, 11, 16)
    data = {"team": "ruimtelijke-ordening", "from": str(monday), "to": str(monday + dt.timedelta(days=6))}
    event = events.make(
        "report.due", municipality="rumst", subject="report-rumst/ruimtelijke-ordening/2026-W47", sequence=1,
        time=dt.datetime.now(dt.UTC), data=data,
    )  # fmt: skip
    with Connection(stack.servers.amqp_uri) as connection:
        for _ in range(2):  # a repeated event mails nothing new
            list(
                exchanges.publish_events(
                    connection.default_channel, [event], exchanges.exchange(events.REPORTING_EXCHANGE)
                )
            )

    def reports():
        mails = portal.mails_to("ruimte@rumst.example")
        return [mail for mail in mails if "weekverslag" in mail["subject"]]

    (mail,) = eventually(reports)
    assert "16 november 2026" in mail["subject"]
    source = requests.get(f"{portal.mail_url}/{mail['number']}.eml", timeout=5).content
    kinds = [part.get_content_type() for part in message_from_bytes(source).walk()]
    assert "image/png" in kinds
    assert "cijfers?from=2026-11-16" in mail["text"]
    assert len(reports()) == 1
