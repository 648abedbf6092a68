"""A request has one interpretation, for the gateway and for any proxy before it (RFC 9112)."""

import socket
from urllib.parse import urlsplit

import pytest


@pytest.fixture
def send_raw(stack):
    """The status and the head of the answer to what is sent as it is."""
    at = urlsplit(stack.url)

    def say(raw):
        with socket.create_connection((at.hostname, at.port), timeout=10) as sock:
            sock.sendall(raw)
            answer = b""
            while part := sock.recv(65_536):
                answer += part
        head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
        return int(head.split()[1]), head

    return say


def post(*fields, body=b"{}"):
    head = ["POST /api/v1/rumst/holds HTTP/1.1", "Host: x", "Connection: close", "Content-Type: application/json"]
    return "\r\n".join([*head, *fields, "", ""]).encode() + body


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize(
    "fields",
    [
        ("Content-Length: -1",), ("Content-Length: two",), ("Content-Length: +2",), ("Content-Length: 0_2",),
        ("Content-Length: 2, 2",), ("Content-Length: 2", "Content-Length: 40"),
        ("Content-Length: 2", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: xchunked",), ("Transfer-Encoding: chunked, identity",),
    ],
)  # fmt: skip
def test_a_body_with_an_ambiguous_length_is_refused(send_raw, fields):
    assert send_raw(post(*fields))[0] == 400


@pytest.mark.parametrize("body", [b"-2\r\n{}\r\n0\r\n\r\n", b"zz\r\n{}\r\n0\r\n\r\n"])
def test_a_chunk_without_a_size_is_refused(send_raw, body):
    assert send_raw(post("Transfer-Encoding: chunked", body=body))[0] == 400


@pytest.mark.parametrize("field", ["Host: y", "Content-Length : 2", ": nameless", "no field"])
def test_a_header_section_that_can_be_read_in_two_ways_is_refused(send_raw, field):
    raw = f"GET /api/v1/municipalities HTTP/1.1\r\nHost: x\r\n{field}\r\nConnection: close\r\n\r\n"
    assert send_raw(raw.encode())[0] == 400


def test_a_form_without_its_parts_is_no_ambiguous_request(send_raw):
    fields = "Host: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 0\r\nConnection: close"
    assert send_raw(f"POST /rumst/aanmelden HTTP/1.1\r\n{fields}\r\n\r\n".encode())[0] == 401


@pytest.mark.parametrize("path", ["//rumst", "//rumst/api", "/api//v1/municipalities", "/\\rumst/", "/rumst//afspraak"])
def test_a_normalised_address_redirects_to_the_requested_host(send_raw, path):
    status, head = send_raw(get(path))
    places = [line.split(": ", 1)[1] for line in head.split("\r\n") if line.lower().startswith("location:")]
    assert status in (308, 404)
    assert all(place.startswith("/") and not place.startswith("//") for place in places)
