"""What is done with a stack in containers: book, look at mail and figure, break parts of it under load, and compare."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from docker.models.containers import Container

from tests.client import Portal, a_visitor, eventually
from tests.faults.checker import Verdict, judge
from tests.faults.final import read_final
from tests.faults.history import History, read
from tests.faults.load import Gateways, Load, messages_yaml, municipality_yaml

from .project import Project
from .report import Record

#: seconds under load before the first fault, between two, and after the last
PAUSE = 4.0
RATE, SEED, PEOPLE = 3.0, 1, 8
MUNICIPALITY = "proef"


class Lost(AssertionError):
    """The answers that clients got do not match what the system holds."""


@dataclass(frozen=True)
class Fault:
    """Something that breaks and comes back, with `seconds` in between."""

    name: str
    begin: Callable[[Project], None]
    end: Callable[[Project], None]
    seconds: float = 3.0


def book_one(project: Project, record: Record) -> None:
    """As in the demonstration: a resident books in Rumst, a mail comes, and the figures count it."""
    key = project.run_in("gateway", "loket", "keys", "add", "rumst", "tests", "--role", "lead")
    portal, visitor = Portal(project.url, project.mail_url, staff_key=key), a_visitor()
    began = time.monotonic()
    portal.booked(contact=visitor)
    record.note("a booking", f"{1000 * (time.monotonic() - began):.0f} ms")
    (mail,) = eventually(lambda: portal.mails_to(visitor["email"]))
    assert "Rumst" in mail["text"]
    eventually(lambda: portal.figures()["appointments"] == 1)


def load_municipality(project: Project) -> None:
    """A municipality of one's own, with the commands of docs/how-to/run-in-containers.md."""
    folder = project.folder / "municipalities"
    (folder / f"{MUNICIPALITY}.yaml").write_text(municipality_yaml(MUNICIPALITY, PEOPLE))
    (folder / f"{MUNICIPALITY}.messages.yaml").write_text(messages_yaml(MUNICIPALITY))
    in_container = f"/municipalities/{MUNICIPALITY}"
    run = ("run", "--rm", "--no-deps", "-T")
    project.compose(*run, "messages", "loket", "messages", "load-plan", f"{in_container}.messages.yaml")
    project.compose(*run, "configure", "loket", "config", "load", f"{in_container}.yaml")
    password = project.run_in("gateway", "loket", "accounts", "add", MUNICIPALITY, "beheer", "--role", "admin")
    assert password


def look_through_the_proxy(project: Project) -> None:
    """What is behind HTTPS, and what is not."""
    url = f"https://localhost:{project.ports[3]}"
    with requests.Session() as session:
        session.verify = False  # Caddy itself signed it
        session.trust_env = False  # REQUESTS_CA_BUNDLE would count for more
        page = eventually(lambda: _answer(session, f"{url}/rumst"), patience=60)
        assert page.status_code == 200
        assert page.headers["Strict-Transport-Security"]
        for path in ("health/live", "health/ready", "metrics"):
            assert session.get(f"{url}/{path}", timeout=15).status_code == 404
        # the proxy lets through what the gateway itself refuses, with a page that explains it
        assert session.post(f"{url}/rumst", data=b"x" * 5_000_000, timeout=60).headers["Content-Type"] != ""
        with contextlib.suppress(requests.ConnectionError):  # the connection may end before the whole body was sent
            assert session.post(f"{url}/rumst", data=b"x" * 22_000_000, timeout=60).status_code in (404, 413)
    plain = requests.get(f"http://localhost:{project.ports[2]}/rumst", allow_redirects=False, timeout=15)
    assert plain.status_code in (301, 302, 308)


def _answer(session: requests.Session, url: str) -> requests.Response | None:
    try:
        return session.get(url, timeout=15)
    except requests.RequestException:
        return None


def measure_idle(project: Project, record: Record, seconds: float = 20.0) -> None:
    """Processor time and memory of each service while nothing happens, health checks included."""
    before = {each.name: _usage(each) for each in project.all_containers() if each.status == "running"}
    time.sleep(seconds)
    parts = []
    for container in project.all_containers():
        if container.name in before:
            used, memory = _usage(container)
            minute = (used - before[container.name][0]) * 60 / seconds
            service = container.labels["com.docker.compose.service"]
            parts.append(f"{service} {minute:.1f} s and {memory:.0f} MB")
    record.note("an idle minute", ", ".join(sorted(parts)))


def _usage(container: Container) -> tuple[float, float]:
    """Seconds of processor time so far, and megabytes of memory without the cache of files."""
    stats: Any = container.stats(stream=False)
    memory = stats["memory_stats"]
    cache = memory["stats"].get("total_inactive_file", memory["stats"].get("inactive_file", 0))
    return stats["cpu_stats"]["cpu_usage"]["total_usage"] / 1e9, (memory["usage"] - cache) / 1e6


def start_again(project: Project) -> None:
    """`up` with the profile `demo`, as at each start of the machine: what is there stays."""
    project.compose("up", "--detach", "--no-build", "--force-recreate", "configure", "messages")
    (task,) = project.containers("configure")
    assert task.wait(timeout=120)["StatusCode"] == 0
    assert "unchanged" in task.logs().decode()


def break_under_load(project: Project, faults: Sequence[Fault], record: Record) -> Verdict:
    """Residents book, move and cancel at a steady rate while the faults happen. Raises Lost."""
    file = Path(project.folder / "history.jsonl")
    history = History(file)
    with Load(Gateways([project.url]), MUNICIPALITY, RATE, SEED, history):
        eventually(lambda: '"ok"' in file.read_text())
        for fault in faults:
            time.sleep(PAUSE)
            with record.step(f"under load: {fault.name}"):
                fault.begin(project)
                time.sleep(fault.seconds)
                fault.end(project)
        time.sleep(PAUSE)
    history.close()
    with record.step("wait until everything is settled, and compare"):
        eventually(lambda: requests.get(f"{project.url}/health/ready", timeout=15).ok, patience=120)
        final = read_final(project.access(MUNICIPALITY), MUNICIPALITY, project.message_ids, [])
        verdict = judge(read(file.read_text().splitlines()), final)
    record.note(
        "under load",
        f"{verdict.accepted} commands accepted, {verdict.unknown} unknown, {verdict.lost} lost, "
        f"{verdict.doubled} doubled, {verdict.ghosts} ghosts, {verdict.mails_doubled} mails twice, "
        f"longest time without a confirmation {verdict.outage:.1f} s",
    )
    if verdict.violations:
        raise Lost("\n".join(f"{each.rule}: {each.detail}" for each in verdict.violations[:20]))
    return verdict
