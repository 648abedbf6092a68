"""Plain nameko, as its documentation shows it: a bare `@http`, `@http` -> RPC -> echo, and the same plus an event.

Run as `python -m tests.benchmarks.yardstick front PORT AMQP_URI` and `... echo 0 AMQP_URI`.
"""

from __future__ import annotations

import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import eventlet

eventlet.monkey_patch()

from nameko.events import EventDispatcher  # noqa: E402
from nameko.rpc import RpcProxy, rpc  # noqa: E402
from nameko.runners import ServiceRunner  # noqa: E402
from nameko.web.handlers import http  # noqa: E402


class Front:
    name = "front"
    echo = RpcProxy("echo")

    @http("GET", "/bare")
    def bare(self, request):
        return "hello"

    @http("GET", "/rpc")
    def over_rpc(self, request):
        return self.echo.echo("hello")

    @http("POST", "/event")
    def with_event(self, request):
        return self.echo.publish(request.get_data(as_text=True))


class Echo:
    name = "echo"
    dispatch = EventDispatcher()

    @rpc
    def echo(self, text):
        return text

    @rpc
    def publish(self, text):
        self.dispatch("echoed", {"text": text})
        return text


if __name__ == "__main__":
    which, port, amqp_uri = sys.argv[1:]
    runner = ServiceRunner({"AMQP_URI": amqp_uri, "WEB_SERVER_ADDRESS": f"127.0.0.1:{port}", "max_workers": 64})
    runner.add_service({"front": Front, "echo": Echo}[which])
    runner.start()
    runner.wait()
