"""`loket events`: publish the events of booking again."""

from __future__ import annotations

import datetime as dt
from functools import partial

import click
from marshmallow import ValidationError

from loket_chassis.cli.client import CliClient, calls
from loket_chassis.cli.text import SETTINGS, examples
from loket_contracts import fields
from loket_contracts.envelope import Event
from loket_contracts.events import BOOKING_EXCHANGE
from loket_contracts.rpc.booking import Booking

#: events in one call
PAGE = 500


@click.group(context_settings=SETTINGS)
def events() -> None:
    """Publish events again."""


@events.command(epilog=examples("loket events republish --since 2027-01-31T02:00:00+01:00"))
@calls(Booking)
@click.option("--since", required=True, help="From this time on, such as 2027-01-31T00:00:00+01:00.")
def republish(client: CliClient[Booking], since: str) -> None:
    """Publish the events of booking since a time again, after a restore with an empty broker.

    Consumers handle those that they have not handled yet, and ignore the others.
    """
    from loket_chassis.messaging.exchanges import exchange, publish_events
    from loket_chassis.messaging.publisher_confirms import ConfirmingChannel

    try:
        moment: dt.datetime = fields.Instant().deserialize(since)
    except ValidationError as error:
        raise click.BadParameter(" ".join(error.messages), param_hint="--since") from error
    channel = ConfirmingChannel(client.amqp_uri, exchange(BOOKING_EXCHANGE))
    count, after = 0, ""
    while (page := client.service.logged_events(after, PAGE))["after"] is not None:
        after = page["after"]
        events = [event for event in map(Event.from_json, page["events"]) if event.time >= moment]
        channel.publish_all(partial(publish_events, events=events, to=exchange(BOOKING_EXCHANGE)))
        count += len(events)
    channel.close()
    click.echo(f"{count} events published again")
