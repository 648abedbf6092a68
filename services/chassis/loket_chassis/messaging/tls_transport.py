"""TLS to the broker: `amqps://` addresses, with the certificate and its host name checked.

kombu checks no host name unless it is asked to, and an address cannot name an authority of one's own. The options here
are those that kombu has for other brokers:

- `?ssl_ca_certs=/etc/loket/ca.pem`: trust this authority, and not those of the system,
- `&ssl_certfile=...&ssl_keyfile=...`: a certificate of the client,
- `&ssl_server_hostname=...`: the name in the server's certificate, when the address has another one.
"""

from __future__ import annotations

import ssl
from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport.pyamqp import SSLTransport

PREFIX = "ssl_"


class VerifyingTransport(SSLTransport):
    """kombu's transport for `amqps`, which checks the host name."""

    def establish_connection(self) -> Any:
        """Raises ssl.SSLCertVerificationError, an OSError, for a certificate that is not trusted or of another name."""
        given = self.client.ssl
        stated = given if isinstance(given, dict) else {}
        self.client.ssl = {
            "server_hostname": self.client.hostname,
            **{name.removeprefix(PREFIX): value for name, value in stated.items()},
            "cert_reqs": ssl.CERT_REQUIRED,
        }
        try:
            return super().establish_connection()
        finally:
            self.client.ssl = given  # the next address can be of another host


def register() -> None:
    """Have every `amqps://` address use it."""
    TRANSPORT_ALIASES["amqps"] = f"{__name__}:{VerifyingTransport.__name__}"
