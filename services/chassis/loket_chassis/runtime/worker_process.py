"""Run long calculations in subprocesses, with limits on processor time and memory.

A calculation in the service's own process holds up every other request: eventlet switches only where something waits.
The limit is on processor time, not on elapsed time, so that a busy machine refuses nothing that a quiet one accepts.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from io import BufferedRWPair
from typing import Any, ParamSpec, Protocol, TypeVar

from loket_contracts.errors import Refusal

P = ParamSpec("P")
T = TypeVar("T")
MAX_MEMORY = 512 << 20
#: seconds after which an unused subprocess ends, and its memory is free
IDLE = 60.0
#: how much lower the priority of a calculation is than that of the service (nice)
NICE = 10
LENGTH = 8
#: exit codes: out of processor time, or killed by the kernel, which does so when it is out of memory
ENDED_AT_A_LIMIT = (-signal.SIGXCPU, -signal.SIGKILL)


class LimitExceeded(Exception):
    """The calculation needed more processor time or memory than it may use."""


class CalculationFailed(Exception):
    """The calculation raised an error that is not a Refusal. Only its type is named: its message may have data."""


class Run(Protocol):
    """Calls a function with arguments, here or elsewhere."""

    def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T: ...


def run_here(function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Call the function in this process, where nothing else waits for it: in commands and in tests."""
    return function(*args, **kwargs)


class WorkerProcesses:
    """At most `number` subprocesses; further callers wait. A subprocess starts when it is needed.

    A function must be importable by its name, and its arguments and result must be picklable.
    """

    def __init__(self, number: int = 2, seconds: int = 8, idle: float = IDLE) -> None:
        """`seconds`: of processor time for one call."""
        self.seconds = seconds
        self.idle = idle
        self._permits = threading.BoundedSemaphore(number)
        self._idle: list[_Child] = []
        self._timer: threading.Timer | None = None

    def run(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function. Raises Refusal when it does; LimitExceeded; CalculationFailed for any other error."""
        with self._permits:
            child = self._take()
            try:
                result, error = child.call((self.seconds, function, args, kwargs))
            except BaseException:  # a caller that stops waiting too: it needs no result
                child.end()
                raise
            self._idle.append(child)
            self._end_later()
        if error is not None:
            raise error
        return result

    def _take(self) -> _Child:
        while self._idle:
            child = self._idle.pop()
            if child.is_alive():
                return child
            child.end()
        return _Child()

    def _end_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self.idle, self.end)
        self._timer.daemon = True
        self._timer.start()

    def end(self) -> None:
        """End the subprocesses that are not in use."""
        while self._idle:
            self._idle.pop().end()


class _Child:
    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", f"import {__name__} as module; module.serve({theirs.fileno()})"],
                pass_fds=[theirs.fileno()],
                stderr=subprocess.DEVNULL,  # the message of an error may have personal data
            )
        self._socket = ours
        self._stream = ours.makefile("rwb")

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def call(self, request: Any) -> tuple[Any, BaseException | None]:
        answer = None
        with contextlib.suppress(ConnectionError):
            _send(self._stream, pickle.dumps(request, pickle.HIGHEST_PROTOCOL))
            answer = _receive(self._stream)
        if answer is None:
            code = self._process.wait()
            raise LimitExceeded if code in ENDED_AT_A_LIMIT else CalculationFailed(f"the process ended with {code}")
        result, error = answer
        if isinstance(error, LimitExceeded):
            raise error
        return result, error

    def end(self) -> None:
        self._process.kill()
        self._stream.close()
        self._socket.close()
        self._process.wait()


def _send(stream: BufferedRWPair, body: bytes) -> None:
    stream.write(len(body).to_bytes(LENGTH) + body)
    stream.flush()


def _receive(stream: BufferedRWPair) -> Any:
    """None at the end of the stream."""
    head = stream.read(LENGTH)
    body = stream.read(int.from_bytes(head)) if len(head) == LENGTH else b""
    return pickle.loads(body) if body else None


def _outcome(function: Callable[..., Any], args: Any, kwargs: Any) -> bytes:
    """The result and the error, pickled."""
    try:
        return pickle.dumps((function(*args, **kwargs), None), pickle.HIGHEST_PROTOCOL)
    except Refusal as refusal:
        error: Exception = refusal
    except MemoryError:
        error = LimitExceeded()
    except Exception as other:
        error = CalculationFailed(type(other).__name__)
    return pickle.dumps((None, error), pickle.HIGHEST_PROTOCOL)


def serve(descriptor: int) -> None:
    """Answer calls until the service closes its end, also by dying."""
    for number in (signal.SIGINT, signal.SIGTERM):  # may reach the whole group; the service finishes its calls first
        signal.signal(number, signal.SIG_IGN)
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    channel = socket.socket(fileno=descriptor)
    channel.setblocking(True)  # eventlet's sockets are not
    with channel.makefile("rwb") as stream:
        while (request := _receive(stream)) is not None:
            seconds, function, args, kwargs = request
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime) + seconds + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            _send(stream, _outcome(function, args, kwargs))
