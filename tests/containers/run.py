"""One run: an engine, the images, the stack, the scenario. Only the images of a private engine are left afterwards."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import base_images, component_images, mail_image
from .engine import Engine, answering, find_or_start
from .faults import crashed, disconnected, lost, primary_lost, restarted
from .project import CHANGES, COMPOSE, REPLICATED, ROOT, Project
from .report import Record
from .scenario import (
    book_one,
    break_under_load,
    load_municipality,
    look_through_the_proxy,
    measure_idle,
    start_again,
)  # fmt: skip

BASE = "python:"
#: a stack needs none of these
NOT_NEEDED = ("mailpit",)


def reason_to_skip() -> str:
    """Why `make test` runs no containers here, in one line; empty where an engine answers."""
    return "" if answering() is not None else "no container engine answers; `make docker-test` starts a private one"


#: of each container, printed when a run fails
LOG_LINES = 10


@contextmanager
def engine_with_images(record: Record, proxy: bool = False) -> Iterator[Engine]:
    """An engine that has the images of all components. Raises EngineUnavailable."""
    without = NOT_NEEDED if proxy else (*NOT_NEEDED, "caddy")
    names = [each for each in base_images.images_of_others([COMPOSE]) if not any(no in each for no in without)]
    with find_or_start(lambda client: base_images.can_pull(client, names), record.say) as engine:
        record.note("engine", f"{engine.client.version()['Version']}{' (private)' if engine.private else ''}")
        if engine.private:
            with record.step("images of others"):
                base_images.make_missing(engine.client, names, record.say)
        with record.step("images of the components"):
            built = component_images.build_all(engine, record.say)
            mail_image.build(engine.client, next(each for each in names if each.startswith(BASE)))
        record.note("sizes", ", ".join(f"{each.component} {each.megabytes:.0f} MB" for each in built))
        record.note("processor time for the images", _in_words(engine.processor_seconds()))
        yield engine
        record.note("processor time", _in_words(engine.processor_seconds()))


def _in_words(seconds: dict[str, float]) -> str:
    return ", ".join(f"{name} {used:.0f} s" for name, used in seconds.items())


@contextmanager
def started(engine: Engine, record: Record, **changes: object) -> Iterator[Project]:
    """A stack that is removed afterwards, with its data."""
    folder = Path(tempfile.mkdtemp(prefix="loket-containers-"))
    project = Project(engine, folder, **changes)  # type: ignore[arg-type]
    try:
        subprocess.run([ROOT / "deploy" / "secrets.sh", folder / "secrets"], check=True, stdout=subprocess.DEVNULL)
        shutil.copytree(ROOT / "deploy" / "municipalities", folder / "municipalities")
        with record.step("start: from nothing to a healthy stack"):
            project.up()
        yield project
    except BaseException:
        for container in project.all_containers():
            record.say(f"{container.name}, {container.status}:")
            print(container.logs(tail=LOG_LINES).decode(errors="replace"))
        raise
    finally:
        project.down()
        shutil.rmtree(folder, ignore_errors=True)


def short(record: Record) -> None:
    """What `make docker-test` runs, and `make test` where an engine answers."""
    with engine_with_images(record) as engine, started(engine, record) as project:
        with record.step("book, and see mail and figure"):
            book_one(project, record)
        with record.step("load a municipality of one's own"):
            load_municipality(project)
        break_under_load(project, [crashed("booking")], record)


def full(record: Record) -> None:
    """More of the profiles, and more faults."""
    settings = {"TRUSTED_PROXIES": "1", "CERTIFICATES": "internal", "PUBLIC_URL": "https://localhost"}
    with (
        engine_with_images(record, proxy=True) as engine,
        started(engine, record, profiles=("demo", "proxy"), settings=settings) as project,
    ):
        with record.step("book, and see mail and figure"):
            book_one(project, record)
        with record.step("through the proxy: HTTPS, large bodies, closed probes"):
            look_through_the_proxy(project)
        with record.step("measure an idle minute"):
            measure_idle(project, record)
        with record.step("load a municipality of one's own"):
            load_municipality(project)
        with record.step("scale booking to 3"):
            project.compose("up", "--detach", "--no-build", "--no-recreate", "--scale", "booking=3", "booking")
            project.wait_until_healthy(["booking"])
        faults = [crashed("booking"), disconnected("booking"), restarted("rabbitmq"), crashed("mongodb")]
        break_under_load(project, faults, record)
        with record.step("a start changes nothing that was loaded"):
            start_again(project)


def replicated(record: Record) -> None:
    """Three nodes of each server: one of each is lost under load."""
    with (
        engine_with_images(record) as engine,
        started(engine, record, files=(COMPOSE, REPLICATED, CHANGES)) as project,
    ):
        with record.step("load a municipality of one's own"):
            load_municipality(project)
        faults = [lost("rabbitmq-2"), primary_lost(), lost("rabbitmq")]
        break_under_load(project, faults, record)
