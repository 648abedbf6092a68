"""`loket dead-letters`: list and replay events that a service gave up after its last try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from .errors import CommandFailed, Unavailable
from .options import amqp_uri_option
from .output import json_option, show_rows, show_value
from .text import SETTINGS, examples

MOST = 1000


@click.group("dead-letters", context_settings=SETTINGS)
def dead_letters() -> None:
    """List and replay events that a service gave up after its last try.

    QUEUE is the queue of a consumer, such as notification.booking-events or reporting.events.
    `loket status` lists them.
    """


@dead_letters.command("list", epilog=examples("loket dead-letters list notification.booking-events"))
@amqp_uri_option
@json_option
@click.argument("queue")
def list_(amqp_uri: str, queue: str, as_json: bool) -> None:
    """Show each dead letter of QUEUE: event id, type, error. None is removed."""
    from ..messaging.dead_letters import peek

    with _known(queue):
        found = peek(amqp_uri, queue)
    rows = [
        {"event": each["event"], "type": each["type"] or "(not an event)", "error": each["error"]} for each in found
    ]
    show_rows(rows, as_json, f"0 dead letters in {queue}")


@dead_letters.command(epilog=examples("loket dead-letters replay reporting.events --most 10"))
@amqp_uri_option
@json_option
@click.argument("queue")
@click.option("--most", default=MOST, show_default=True, help="Replay at most this many.")
def replay(amqp_uri: str, queue: str, most: int, as_json: bool) -> None:
    """Move the dead letters of QUEUE back to it, with all attempts ahead."""
    from ..messaging.dead_letters import retry

    with _known(queue):
        count = retry(amqp_uri, queue, most=most)
    show_value("replayed", count if as_json else f"{count} event(s) put back into {queue}", as_json)


@contextmanager
def _known(queue: str) -> Iterator[None]:
    from amqp.exceptions import NotFound

    try:
        yield
    except NotFound as error:
        raise CommandFailed(
            f"There is no queue {queue}.dead on this broker.", "`loket status` lists the queues of the consumers."
        ) from error
    except OSError as error:
        raise Unavailable(
            f"The broker cannot be reached: {error}", "Start the broker, or correct AMQP_URI (--amqp-uri)."
        ) from error
