"""The command that runs a service: `python -m loket_booking [--config FILE] [--show-config]`."""

from __future__ import annotations

import eventlet

from ..runtime import dns, optional_imports

eventlet.monkey_patch()  # before pymongo and kombu are imported, or their sockets block the whole process
dns.in_a_thread()
with optional_imports.hidden(*optional_imports.UNUSED):
    import pymongo  # noqa: F401
    import structlog

import contextlib  # noqa: E402
import errno  # noqa: E402
import gc  # noqa: E402
import importlib  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import click  # noqa: E402

from ..messaging import exchanges  # noqa: E402, F401 - registers the serializer that the settings name
from ..runtime import logs  # noqa: E402
from ..runtime.build_info import BUILD, build_info  # noqa: E402
from ..runtime.settings import EX_CONFIG, Settings, SettingsError  # noqa: E402

#: the thresholds of the garbage collector; Python's default is 700, 10, 10
COLLECT_AFTER = (20_000, 20, 20)
#: seconds between SIGTERM and the end, whatever happens: below the 5 that operators are promised
LONGEST_STOP = 4.5
#: seconds of that for the last spans
LONGEST_FLUSH = 1.0


def main(service: str, settings: str) -> None:
    """Run the service class at `service`, given as "package.module:Class", with the settings class at `settings`."""
    settings_class: type[Settings] = _load(settings)

    @click.command(help=f"{settings_class.__doc__}\n\nEvery setting can be given in the environment as well.")
    @click.option(
        "--config", type=click.Path(path_type=Path, dir_okay=False), help="A YAML file with NAME: value lines."
    )
    @click.option(
        "--show-config", is_flag=True,
        help="Print the settings in force, secrets masked, with what is allowed for each, and stop.",
    )  # fmt: skip
    def command(config: Path | None, show_config: bool) -> None:
        try:
            values = settings_class.read(config)
        except SettingsError as error:
            click.echo(f"The settings cannot be used:\n{error}", err=True)
            sys.exit(EX_CONFIG)
        if show_config:
            click.echo(values.as_file(), nl=False)
            return
        serve(_load(service), values)

    command()


def serve(service_class: type, settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C, then finish the work in progress."""
    from nameko.runners import ServiceRunner

    name: str = service_class.name  # type: ignore[attr-defined]
    logs.configure(name, settings.log_level)
    build = build_info()
    BUILD.info({"service": name, **build})
    structlog.get_logger().info("starting", **build, settings=settings.shown())
    send_spans = _start_tracing(name, build["version"], settings)
    # imported objects live forever and requests leave few cycles, so the collector can run less often
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
    runner = ServiceRunner(settings.for_nameko())
    runner.add_service(service_class)

    stopping = threading.Event()

    def stop() -> None:
        if stopping.is_set():  # nameko's containers can be stopped only once
            return
        stopping.set()
        runner.stop()

    def stop_soon(*_: Any) -> None:
        if not stopping.is_set():
            # an alarm goes off also while a computation keeps the hub busy
            signal.setitimer(signal.ITIMER_REAL, LONGEST_STOP)
        # a signal handler may run in the hub, which must not block, hence the spawn
        eventlet.spawn_n(stop)

    signal.signal(signal.SIGALRM, _give_up)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop_soon)
    runner.start()
    waiting = eventlet.spawn(runner.wait)
    while True:
        try:
            waiting.wait()
        except OSError as error:
            if error.errno == errno.EINTR:  # the hub's wait was interrupted by the signal; the stop is under way
                continue
            raise
        break
    time_left, _ = signal.getitimer(signal.ITIMER_REAL)
    send_spans(max(0.0, min(LONGEST_FLUSH, time_left - LONGEST_FLUSH)))


def _start_tracing(service: str, version: str, settings: Settings) -> Callable[[float], None]:
    """Export spans if a collector is set. Return a function that sends the last ones, for some seconds at most.

    Exits when the extra is not installed.
    """
    is_disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if not settings.otel_exporter_otlp_endpoint or is_disabled:
        return lambda seconds: None
    try:
        from ..runtime import span_export
    except ImportError as error:
        structlog.get_logger().error(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and OpenTelemetry is not installed: "
            "pip install 'loket-chassis[tracing]', or leave the setting empty",
            missing=error.name,
        )
        raise SystemExit(EX_CONFIG) from error
    return span_export.start(service, version, settings.for_opentelemetry())


def _give_up(*_: Any) -> None:
    with contextlib.suppress(RuntimeError):  # the signal came while a line was being written
        structlog.get_logger().error("could not stop gracefully; exiting", seconds=LONGEST_STOP)
    os._exit(1)


def _load(path: str) -> Any:
    module, _, name = path.partition(":")
    return getattr(importlib.import_module(module), name)
