"""`loket status`: the state of each service, and what waits."""

from __future__ import annotations

from typing import Any

import click

from loket_contracts.rpc.description import PROTOCOLS
from loket_contracts.rpc.method import service_name
from loket_contracts.rpc.service import wrong_parts

from .client import connect
from .errors import EX_UNAVAILABLE, CommandFailed
from .options import amqp_uri_option
from .output import json_option, show_json, show_rows
from .text import SETTINGS, examples

#: that each service has to respond
SECONDS = 5


@click.command(epilog=examples("loket status", "loket status --json"), context_settings=SETTINGS)
@amqp_uri_option
@json_option
def status(amqp_uri: str, as_json: bool) -> None:
    """Show the state and release of each service, and what waits: queues, dead letters, events, messages.

    Exit code 69 when a service does not respond, or one of its parts is not ok.
    """
    states = {service_name(protocol): state_of(amqp_uri, protocol) for protocol in PROTOCOLS}
    if as_json:
        show_json(states)
    else:
        show_rows([_row(name, state) for name, state in states.items()], False, "")
        queues = [queue for state in states.values() for queue in state.get("queues", ())]
        if queues:
            click.echo()
            show_rows(queues, False, "")
    if any(not is_well(state) for state in states.values()):
        raise SystemExit(EX_UNAVAILABLE)


def state_of(amqp_uri: str, protocol: type[Any]) -> dict[str, Any]:
    """What the service says of its state, with `state`: "ok", or what is wrong."""
    from nameko.exceptions import MethodNotFound

    service = connect(amqp_uri, protocol, SECONDS)
    try:
        found = dict(service.status())
    except MethodNotFound:
        return {"state": "ok", "version": "0.1"}
    except CommandFailed as error:
        return {"state": error.message}
    return {"state": "; ".join(wrong_parts(found["parts"])) or "ok", **found}


def is_well(state: dict[str, Any]) -> bool:
    """Whether the service responded and all of its parts are ok."""
    return bool(state["state"] == "ok")


def _row(name: str, state: dict[str, Any]) -> dict[str, Any]:
    queues = state.get("queues", ())
    return {
        "service": name, "state": state["state"], "version": state.get("version"),
        "waiting": sum(each["waiting"] for each in queues), "dead": sum(each["dead"] for each in queues),
        "outbox_seconds": _seconds(state.get("outbox_seconds")), "lag_seconds": _seconds(state.get("lag_seconds")),
    }  # fmt: skip


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:.0f}"
