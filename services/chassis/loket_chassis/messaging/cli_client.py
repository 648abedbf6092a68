"""Call a service from the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import Any, Generic, TypeVar

import click
from nameko.exceptions import RemoteError, RpcTimeout, UnknownService, deserialize_to_instance
from nameko.standalone.rpc import ServiceRpcProxy

from loket_contracts.errors import Refusal
from loket_contracts.rpc.method import service_name

from . import deadlines
from .rpc_proxy import proxy_of

deserialize_to_instance(Refusal)


P = TypeVar("P")


class NoAnswer(Exception):
    """The service did not respond."""


SECONDS = 30


def connect(amqp_uri: str, protocol: type[P]) -> P:
    """A service as a command calls it. Its methods raise Refusal; RemoteError when the service failed; NoAnswer."""
    return proxy_of(protocol, partial(_send, amqp_uri, service_name(protocol)))


def _send(amqp_uri: str, service: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        context = {deadlines.KEY: deadlines.after(SECONDS)}
        with ServiceRpcProxy(service, {"AMQP_URI": amqp_uri}, context_data=context, timeout=SECONDS) as proxy:
            return getattr(proxy, method)(*args, **kwargs)
    except RpcTimeout as error:
        raise NoAnswer(
            f"{service} did not answer within {SECONDS} s, so the outcome is unknown. Is it running?"
        ) from error
    except UnknownService as error:
        raise NoAnswer(f"{service} is not running on this broker.") from error
    except OSError as error:
        raise NoAnswer(f"The broker cannot be reached: {error}") from error


def kept_as_it_is(what: str, taken: Mapping[str, Any], again: str) -> str:
    """Two lines about a version that a command did not replace. `again`: the command that replaces it."""
    kept = taken["kept"]
    at = dt.datetime.fromisoformat(kept["at"]).astimezone(dt.UTC)
    return (
        f"{what} was left unchanged: version {kept['version']}, changed at {at:%Y-%m-%d %H:%M} UTC by {kept['by']}.\n"
        f"To load the file again: {again}"
    )


class CliClient(Generic[P]):
    """The RPC client of a command. `service`: its methods end the program with a message when they do not succeed."""

    def __init__(self, amqp_uri: str, protocol: type[P], who: str = "") -> None:
        """`who`: the user of the command, for services that record it."""
        self.service = proxy_of(protocol, partial(_send_or_exit, amqp_uri, service_name(protocol)))
        self.amqp_uri = amqp_uri
        self.who = who


def _send_or_exit(amqp_uri: str, service: str, method: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        return _send(amqp_uri, service, method, args, kwargs)
    except Refusal as refusal:
        details = "; ".join(error["detail"] for error in refusal.errors)
        raise click.ClickException(f"{refusal.detail} {details}".strip()) from refusal
    except NoAnswer as error:
        raise click.ClickException(str(error)) from error
    except RemoteError as error:
        raise click.ClickException(f"{service} failed: {error.value}") from error


__all__ = ["CliClient", "NoAnswer", "RemoteError", "connect", "kept_as_it_is"]
