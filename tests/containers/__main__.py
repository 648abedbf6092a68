"""Build Loket's images and run them: `make docker-test`, or `python -m tests.containers --full`."""

from __future__ import annotations

import sys

import click

from loket_local.stack import Interrupted, raise_on_signals

from .engine import EngineUnavailable
from .report import Record
from .run import full, replicated, short


@click.command()
@click.option("--full", "is_full", is_flag=True, help="Also the proxy, three of booking, and four faults.")
@click.option("--replicated", "is_replicated", is_flag=True, help="Also three nodes of the broker and the database.")
def main(is_full: bool, is_replicated: bool) -> None:
    """Build the images, start the stack, break it under load, and compare answers with what it holds."""
    raise_on_signals()
    record = Record()
    try:
        (full if is_full else short)(record)
        if is_replicated:
            replicated(record)
    except EngineUnavailable as error:
        sys.exit(f"skipped: {error}")
    except Interrupted as signal:
        sys.exit(f"stopped by {signal}")
    finally:
        print(f"\n{record.summary()}", flush=True)


if __name__ == "__main__":
    main()
