"""The log has one line for each request, with the code of a refusal and without the input of the caller."""

import json

import pytest
import requests

from loket_gateway.http.server import WebServerLog
from tests.client import eventually


@pytest.fixture
def log_lines(stack):
    """The lines of the gateway and of booking since the test began."""
    logs = [stack.logs / f"{name}.log" for name in ("gateway", "booking")]
    before = [log.stat().st_size for log in logs]

    def lines():
        return [
            json.loads(line)
            for log, start in zip(logs, before, strict=True)
            for line in log.read_bytes()[start:].decode().splitlines()
        ]

    return lines


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/api/v1/rumst/slots?appointment_type=geheim", "unknown-appointment-type"),
        ("POST", "/api/v1/rumst/holds", "unsupported-media-type"),
        ("DELETE", "/api/v1/rumst/holds", "method-not-allowed"),
        ("GET", "/rumst/afspraak/geheim", "appointment-not-found"),
        ("GET", f"/geheim?x={'x' * 9000}", "address-too-long"),
    ],
)
def test_a_refusal_is_one_log_line_with_its_code(stack, log_lines, method, path, code):
    requests.request(method, stack.url + path, data="geheim" if method == "POST" else None, timeout=10)
    line = eventually(lambda: next((each for each in log_lines() if each.get("refused") == code), None))
    assert (line["event"], line["level"]) == ("request", "info")
    assert "geheim" not in str(log_lines())
    assert "Traceback" not in str(log_lines())


def test_a_response_that_cannot_be_sent_is_logged_as_an_error(capsys):
    WebServerLog().info("Traceback (most recent call last): ...")
    assert "a response could not be sent" in capsys.readouterr().out
