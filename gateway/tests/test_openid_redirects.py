"""The gateway takes metadata, keys and users from the provider itself, never from a place that it redirects to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from joserfc.jwk import ECKey

from loket_gateway.access.openid import OpenId
from loket_gateway.access.provider import LoginFailed

KEYS = {"keys": [ECKey.generate_key("P-256").as_dict(private=False)]}


@pytest.fixture
def provider():
    """A provider on the loopback interface: its answers by path, and which paths were asked."""
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    server.answers, server.asked = {}, []
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        body = json.dumps(self.server.answers.get(self.path, {})).encode()
        elsewhere = self.server.answers.get(f"{self.path} leads to")
        self.send_response(302 if elsewhere else 200)
        if elsewhere:
            self.send_header("Location", elsewhere)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815, the name that the library calls

    def log_message(self, *_):
        pass


def openid(provider):
    settings = SimpleNamespace(
        oidc_issuer=provider.url, oidc_client_id="loket", oidc_client_secret="right", oidc_scope="openid",
        oidc_roles_claim="loket_roles",
    )  # fmt: skip
    return OpenId(settings, "https://afspraak.example/aanmelden/terug")


def metadata(provider):
    about = {"issuer": provider.url, "jwks_uri": f"{provider.url}/keys", "token_endpoint": f"{provider.url}/token"}
    return about | {"authorization_endpoint": f"{provider.url}/authorize"}


def test_metadata_of_the_provider_itself_is_taken(provider):
    provider.answers |= {"/.well-known/openid-configuration": metadata(provider), "/keys": KEYS}
    assert openid(provider).address("state", "nonce")[0].startswith(f"{provider.url}/authorize?")


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys"])
def test_metadata_and_keys_behind_a_redirect_are_refused(provider, path):
    provider.answers |= {"/.well-known/openid-configuration": metadata(provider), "/keys": KEYS}
    provider.answers |= {f"{path} leads to": f"{provider.url}/elsewhere", "/elsewhere": metadata(provider)}
    with pytest.raises(LoginFailed):
        openid(provider).address("state", "nonce")
    assert "/elsewhere" not in provider.asked


def test_the_code_of_a_login_is_not_sent_where_the_provider_redirects_to(provider):
    provider.answers |= {"/.well-known/openid-configuration": metadata(provider), "/keys": KEYS}
    provider.answers["/token leads to"] = f"{provider.url}/elsewhere"
    back = "https://afspraak.example/aanmelden/terug?code=x&state=state"
    with pytest.raises(LoginFailed):
        openid(provider).claims(back, "state", "nonce", "verifier")
    assert provider.asked[-1] == "/token"
