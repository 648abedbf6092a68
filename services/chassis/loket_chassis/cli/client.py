"""Call a service from the command line."""

from __future__ import annotations

import datetime as dt
import getpass
from collections.abc import Callable, Mapping
from functools import partial, wraps
from pathlib import Path
from typing import Any, Generic, TypeVar

import click

from loket_contracts.errors import Refusal
from loket_contracts.rpc.method import service_name

from .errors import CommandFailed, ServiceFailed, Unavailable
from .options import amqp_uri_option

# nameko takes half a second to import: it is imported when a service is called, not for help and completion

P = TypeVar("P")
F = TypeVar("F", bound=Callable[..., Any])

SECONDS = 30

who_option = click.option("--who", "--by", default=getpass.getuser, help="Your name, stored with what you do.")


def connect(amqp_uri: str, protocol: type[P], seconds: float | None = None) -> P:
    """A service as a command calls it. Its methods raise Refusal, Unavailable, ServiceFailed.

    `seconds`: how long each call waits; SECONDS when left out.
    """
    return _proxy(protocol, partial(_send, amqp_uri, service_name(protocol), seconds=seconds))


def _proxy(protocol: type[P], send: Any) -> P:
    from ..messaging.rpc_proxy import proxy_of

    return proxy_of(protocol, send)


def _send(
    amqp_uri: str, service: str, method: str, args: list[Any], kwargs: dict[str, Any], seconds: float | None = None
) -> Any:
    from amqp.exceptions import AccessRefused, NotFound
    from nameko.exceptions import RemoteError, RpcTimeout, UnknownService, deserialize_to_instance
    from nameko.standalone.rpc import ServiceRpcProxy

    from ..messaging import deadlines
    from ..messaging.standalone_replies import StandaloneReplies

    deserialize_to_instance(Refusal)
    seconds = SECONDS if seconds is None else seconds
    try:
        context = {deadlines.KEY: deadlines.after(seconds)}
        with ServiceRpcProxy(
            service, {"AMQP_URI": amqp_uri}, context, timeout=seconds, reply_listener_cls=StandaloneReplies
        ) as proxy:
            return getattr(proxy, method)(*args, **kwargs)
    except RpcTimeout as error:
        raise Unavailable(
            f"{service} did not answer within {seconds} s, so the outcome is unknown. Is it running?",
            f"Look at the log of {service}, and check the outcome before you repeat the command.",
        ) from error
    except (UnknownService, NotFound) as error:
        raise Unavailable(
            f"{service} is not running on this broker.", f"Start {service}; `loket status` shows what runs."
        ) from error
    except AccessRefused as error:
        raise CommandFailed(
            f"The user in AMQP_URI may not log in, or not call {method} of {service}.",
            f"Use the address of {service}, or that of an administrator; `loket broker permissions` lists all.",
        ) from error
    except OSError as error:
        raise Unavailable(
            f"The broker cannot be reached: {error}", "Start the broker, or correct AMQP_URI (--amqp-uri)."
        ) from error
    except RemoteError as error:
        raise ServiceFailed(
            f"{service} failed: {error.value}", f"The log of {service} has the error; `loket status` shows its state."
        ) from error


def left_unchanged(what: str, taken: Mapping[str, Any], again: str) -> str:
    """Two lines about a version that a command did not replace. `again`: the command that replaces it."""
    stored = taken["kept"]
    at = dt.datetime.fromisoformat(stored["at"]).astimezone(dt.UTC)
    return (
        f"{what} was left unchanged: version {stored['version']}, changed at {at:%Y-%m-%d %H:%M} UTC by "
        f"{stored['by']}.\nTo load the file again: {again}"
    )


def refused_file(
    file: Path, refusal: Refusal, next_step: str = "Correct the file and load it again; nothing changed."
) -> CommandFailed:
    """The failure of a command whose file was refused. Prints each error, with its line where that is known."""
    for error in refusal.errors:
        place = f"{file}:{error['line']}" if "line" in error else file
        click.echo(f"{place}: {error['pointer']}: {error['detail']}", err=True)
    return CommandFailed(refusal.detail, next_step)


class CliClient(Generic[P]):
    """The RPC client of a command. `service`: its methods end the program with a message when they do not succeed."""

    def __init__(self, amqp_uri: str, protocol: type[P], who: str = "") -> None:
        """`who`: the user of the command, for services that record it."""
        self.service = _proxy(protocol, partial(_send_or_exit, amqp_uri, service_name(protocol)))
        self.amqp_uri = amqp_uri
        self.who = who


def calls(protocol: type[Any]) -> Callable[[F], F]:
    """The options of a command that calls a service; its first argument is a CliClient of `protocol`."""

    def decorate(command: F) -> F:
        @amqp_uri_option
        @who_option
        @wraps(command)
        def with_client(amqp_uri: str, who: str, **arguments: Any) -> Any:
            return command(CliClient(amqp_uri, protocol, who), **arguments)

        return with_client  # type: ignore[return-value]

    return decorate


def _send_or_exit(amqp_uri: str, service: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        return _send(amqp_uri, service, method, args, kwargs)
    except Refusal as refusal:
        details = "; ".join(error["detail"] for error in refusal.errors)
        raise CommandFailed(f"{refusal.detail} {details}".strip()) from refusal
