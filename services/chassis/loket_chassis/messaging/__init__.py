"""Events and calls over RabbitMQ."""

from . import tls_transport

tls_transport.register()
