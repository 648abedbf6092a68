"""The client side of a Protocol: an object with its methods, each of which sends one call.

The class of a Protocol is made once, so a call looks nothing up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from nameko.exceptions import MethodNotFound

from loket_contracts.rpc.method import Before, Method, before_of, method_of, methods_of

P = TypeVar("P")
#: sends one call: the name in the routing key, and the arguments as JSON by position and by name
Send = Callable[[str, list[Any], dict[str, Any]], Any]


def proxy_of(protocol: type[P], send: Send) -> P:
    """An object whose methods are those of the Protocol. Each sends a call and returns its answer."""
    return cast(P, _proxy_class(cast(Any, protocol))(send))


class _Proxy:
    def __init__(self, send: Send) -> None:
        self._send = send


@cache
def _proxy_class(protocol: type) -> type[_Proxy]:
    methods = {
        name: _sender(method_of(function), before_of(function)) for name, function in methods_of(protocol).items()
    }
    return type(f"{protocol.__name__}Proxy", (_Proxy,), methods)


def _sender(method: Method, before: Before | None) -> Callable[..., Any]:
    route = method.routing_name

    def call(self: _Proxy, *args: Any, **kwargs: Any) -> Any:
        try:
            return self._send(route, *method.write_arguments(args, kwargs))
        except MethodNotFound:
            if before is None:
                raise
            earlier, arguments = before(**method.bind(args, kwargs))  # the service is of the previous release
            return self._send(earlier, [], arguments)

    call.__name__ = method.name
    return call
