"""Calls to another service, with a deadline. An unanswered call is an error within seconds, never a hang."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
from nameko.exceptions import RemoteError, UnknownService, deserialize_to_instance
from nameko.extensions import DependencyProvider, Extension
from nameko.rpc import MethodProxy, ReplyListener, rpc

from loket_contracts.errors import Refusal

deserialize_to_instance(Refusal)

#: an RPC entrypoint whose refusals are answers, not failures
answer = rpc(expected_exceptions=Refusal)


class Unavailable(Exception):
    """The other service did not answer in time, or the broker could not be reached."""


class Calls(Extension):
    """What a dependency provider needs to make calls of its own to another service."""

    replies = ReplyListener()

    def __init__(self, target: str, deadline: float | None = None) -> None:
        """`deadline`: seconds; the setting RPC_DEADLINE when left out."""
        self.target = target
        self.own_deadline = deadline

    @property
    def deadline(self) -> float:
        return self.own_deadline or float(self.container.config["settings"].rpc_deadline)

    def from_worker(self, worker_ctx: Any) -> Service:
        return Service(self, worker_ctx)


class Remote(DependencyProvider):
    """Gives a service class a proxy of another service: `self.booking.find_slots(...)`.

    Raises Refusal when the other says no, Unavailable when it says nothing within the deadline, and RemoteError when
    it failed.
    """

    def __init__(self, target: str, deadline: float | None = None) -> None:
        self.calls = Calls(target, deadline)

    def get_dependency(self, worker_ctx: Any) -> Service:
        return self.calls.from_worker(worker_ctx)


class Service:
    """Another service, seen from one worker."""

    def __init__(self, remote: Calls, worker_ctx: Any) -> None:
        self._remote = remote
        self._worker_ctx = worker_ctx

    def __getattr__(self, method: str) -> Callable[..., Any]:
        remote = self._remote
        proxy = MethodProxy(
            self._worker_ctx,
            remote.target,
            method,
            remote.replies,
            # a call that nobody took in time must not be carried out later, behind the caller's back
            expiration=remote.deadline,
            delivery_mode=1,
            retry_policy={"max_retries": 1, "interval_start": 0.1},
        )

        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                with eventlet.Timeout(remote.deadline):
                    return proxy(*args, **kwargs)
            except eventlet.Timeout as timeout:
                raise Unavailable(f"{remote.target} did not answer within {remote.deadline} s") from timeout
            except UnknownService as error:
                raise Unavailable(f"{remote.target} is not running") from error
            except (OSError, ConnectionError) as error:
                raise Unavailable(f"the broker cannot be reached: {error}") from error

        return call


__all__ = ["Calls", "Remote", "RemoteError", "Unavailable", "answer"]
