"""The proxy forwards, loses contact without closing, is slow, and goes on to the next server."""

import socket
import threading
import time

import pytest

from loket_local.ports import LOOPBACK, find_free

from .proxy import Proxy


@pytest.fixture
def echo():
    """The port of a server that returns what it receives."""
    server = socket.create_server((LOOPBACK, 0))

    def serve():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data)

    threading.Thread(target=serve, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.fixture
def proxy(echo):
    proxy = Proxy([*find_free(1), echo])
    yield proxy
    proxy.close()


@pytest.fixture
def client(proxy):
    with socket.create_connection((LOOPBACK, proxy.port), timeout=5) as client:
        yield client


def test_a_server_that_refuses_connections_is_left_out(client):
    client.sendall(b"a")
    assert client.recv(1) == b"a"


def test_a_cut_holds_bytes_back_until_it_is_mended(proxy, client):
    proxy.cut()
    client.sendall(b"a")
    client.settimeout(0.3)
    with pytest.raises(TimeoutError):
        client.recv(1)
    proxy.mend()
    client.settimeout(5)
    assert client.recv(1) == b"a"


def test_a_slow_proxy_delays_both_directions(proxy, client):
    proxy.slow_down(0.1)
    began = time.monotonic()
    client.sendall(b"a")
    assert client.recv(1) == b"a"
    assert time.monotonic() - began >= 0.2
