"""`loket-dead-letters`: see what was given up, and give it another chance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from amqp.exceptions import NotFound
from kombu import Connection
from kombu.message import Message
from kombu.transport.virtual import Channel

from loket_contracts.envelope import Event, MalformedEvent

from .consumer import ATTEMPT, ERROR, dead_letters_of


@contextmanager
def _channel(amqp_uri: str) -> Iterator[Channel]:
    with Connection(amqp_uri, transport_options={"confirm_publish": True}) as connection:
        yield connection.default_channel


def _messages(channel: Channel, queue: str) -> Iterator[Message]:
    bound = dead_letters_of(queue)(channel)
    while message := bound.get(no_ack=False, accept=["json", "application/cloudevents+json", "application/data"]):
        yield message


@click.group()
@click.option("--amqp-uri", envvar="AMQP_URI", required=True, help="The broker (or set AMQP_URI).")
@click.pass_context
def main(context: click.Context, amqp_uri: str) -> None:
    """List and replay events that a service gave up after its last try.

    QUEUE is the listener's queue, such as notification.booking-events or reporting.booking-events.
    """
    context.obj = amqp_uri


@main.command("list")
@click.argument("queue")
@click.pass_obj
def list_(amqp_uri: str, queue: str) -> None:
    """Show each dead letter of QUEUE: event id, type, error. Nothing is taken away."""
    with _channel(amqp_uri) as channel:
        try:
            found = list(_messages(channel, queue))
        except NotFound as error:
            raise click.ClickException(f"There is no queue {queue}.dead on this broker.") from error
        for message in found:
            try:
                event = Event.from_json(message.body)
                what = f"{event.id}  {event.type}"
            except MalformedEvent:
                what = "(not an event)"
            click.echo(f"{what}  {message.headers.get(ERROR, '')}")
            message.requeue()
        click.echo(f"{len(found)} dead letter(s) in {queue}", err=True)


@main.command()
@click.argument("queue")
@click.option("--most", default=1000, show_default=True, help="Replay this many at the most.")
@click.pass_obj
def replay(amqp_uri: str, queue: str, most: int) -> None:
    """Put the dead letters of QUEUE back into it, to be tried again from the start."""
    with _channel(amqp_uri) as channel, Connection(amqp_uri, transport_options={"confirm_publish": True}) as other:
        producer = other.Producer()
        count = 0
        try:
            for message in _messages(channel, queue):
                producer.publish(
                    message.body,
                    exchange="",
                    routing_key=queue,
                    content_type=message.content_type,
                    content_encoding=message.content_encoding,
                    headers={ATTEMPT: 0},
                    message_id=message.properties.get("message_id"),
                    delivery_mode=2,
                )
                message.ack()
                count += 1
                if count == most:
                    break
        except NotFound as error:
            raise click.ClickException(f"There is no queue {queue}.dead on this broker.") from error
        click.echo(f"{count} event(s) put back into {queue}")


if __name__ == "__main__":
    main()
