"""`loket status`: which services run."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import click

from loket_contracts.rpc.description import PROTOCOLS
from loket_contracts.rpc.method import service_name

from .client import NoAnswer, connect
from .errors import EX_UNAVAILABLE
from .options import amqp_uri_option
from .output import json_option, show_rows
from .text import SETTINGS, examples


@click.command(epilog=examples("loket status", "loket status --json"), context_settings=SETTINGS)
@amqp_uri_option
@json_option
def status(amqp_uri: str, as_json: bool) -> None:
    """Show which services respond over the broker. Exit code 69 when one does not."""

    def state_of(protocol: type[Any]) -> dict[str, str]:
        try:
            return {"service": service_name(protocol), "state": connect(amqp_uri, protocol).ping()}
        except NoAnswer as error:
            return {"service": service_name(protocol), "state": str(error)}

    with ThreadPoolExecutor(len(PROTOCOLS)) as pool:
        rows = list(pool.map(state_of, PROTOCOLS))
    show_rows(rows, as_json, "")
    if any(each["state"] != "ok" for each in rows):
        raise SystemExit(EX_UNAVAILABLE)
