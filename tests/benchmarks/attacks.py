"""How an ordinary client fares while others attack: its p99, beside that just before."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from loket_local.ports import LOOPBACK
from loket_local.stack import Stack

from .load import Measured, measure, request

RUMST = Path(__file__).parents[2] / "deploy" / "municipalities" / "rumst.yaml"
SLOW_SOCKETS = 500
CONNECTIONS = 4
POST = b"POST /api/v1/rumst/holds HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BOMB = b"[" * 200_000


@contextlib.contextmanager
def slow_clients(port: int) -> Iterator[None]:
    """Half a head on each of 500 sockets, and a byte more every second."""
    over = threading.Event()
    opened = [socket.create_connection((LOOPBACK, port), timeout=10) for _ in range(SLOW_SOCKETS)]
    for sock in opened:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ")

    def drip() -> None:
        while not over.wait(1):
            for sock in opened:
                with contextlib.suppress(OSError):
                    sock.send(b"a")

    dripping = threading.Thread(target=drip)
    dripping.start()
    try:
        yield
    finally:
        over.set()
        dripping.join()
        for sock in opened:
            sock.close()


@contextlib.contextmanager
def flood(port: int, payload: Callable[[int], bytes], at_once: int = 2) -> Iterator[None]:
    """The same again and again, from as many threads, each on a connection of its own."""
    over = threading.Event()

    def send() -> None:
        number = 0
        while not over.is_set():
            number += 1
            with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=10) as sock:
                sock.sendall(payload(number))
                sock.recv(4096)

    senders = [threading.Thread(target=send) for _ in range(at_once)]
    for sender in senders:
        sender.start()
    try:
        yield
    finally:
        over.set()
        for sender in senders:
            sender.join()


def wrong_key(number: int) -> bytes:
    head = b"GET /api/v1/rumst/agenda HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    return head + f"Authorization: Bearer loket_{number:012x}_{'x' * 43}\r\n\r\n".encode()


def under_attack(stack: Stack, seconds: float, console: Console) -> Table:
    """The p99 of a caller that asks for slots, quiet and under each attack."""
    stack.configure(RUMST)
    port = stack.ports.http
    asked = request("GET", f"{stack.url}/api/v1/rumst/slots?appointment_type=bouwadvies&location=gemeentehuis")
    big = POST + b"Content-Length: 2147483648\r\nConnection: close\r\n\r\n"
    bomb = POST + f"Content-Length: {len(BOMB)}\r\nConnection: close\r\n\r\n".encode() + BOMB
    fields = b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: a\r\n" % n for n in range(8000)) + b"\r\n"
    attacks: dict[str, Callable[[], contextlib.AbstractContextManager[None]]] = {
        "500 slow clients": lambda: slow_clients(port),
        "wrong keys": lambda: flood(port, wrong_key),
        "bodies of 2 GB": lambda: flood(port, lambda _: big),
        "bombs of header fields": lambda: flood(port, lambda _: fields),
        "bombs of JSON": lambda: flood(port, lambda _: bomb),
    }
    table = Table("attack", "p99 ms quiet", "p99 ms meanwhile", "ratio", "errors")
    for name, attack in attacks.items():
        console.print(f"[dim]{name}[/dim]")
        quiet = measure(LOOPBACK, port, lambda: asked, CONNECTIONS, seconds)
        with attack():
            meanwhile = measure(LOOPBACK, port, lambda: asked, CONNECTIONS, seconds)
        table.add_row(name, *_cells(quiet, meanwhile))
    return table


def _cells(quiet: Measured, meanwhile: Measured) -> list[str]:
    before, after = quiet.percentile(99), meanwhile.percentile(99)
    wrong = sum(count for status, count in meanwhile.statuses.items() if status != 200)
    return [f"{before:.1f}", f"{after:.1f}", f"{after / before:.1f}", str(wrong)]
