"""How long a resident of one municipality waits while staff of another do something that takes long."""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import requests
import yaml
from rich.console import Console
from rich.table import Table

from loket_local.ports import LOOPBACK
from loket_local.stack import Stack
from tests.browser.desk import a_session

from .load import Measured, measure, request
from .municipality import municipality_yaml
from .settled import wait_until_capacity_is_published

DEPLOYED = Path(__file__).parents[2] / "deploy" / "municipalities"
#: of the large municipality, whose configuration has about 790 kB
SPECIALISTS, TYPES, TEXT = 60, 250, "Een zin die zegt wat u moet weten voor u komt. " * 16
LANGUAGES = ("nl", "fr", "de", "en")
CONNECTIONS = 2
EVENTS, WEEKS = 60, 20


def fields_of(page: requests.Response, action: str) -> dict[str, str]:
    """What a browser sends for the form with this action, each text changed."""
    inside = re.search(rf'<form[^>]* action="{action}[^"]*"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    assert inside, page.text
    sent = {}
    for tag, text in re.findall(r"<(?:input|textarea)([^>]*)>([^<]*)", inside[1]):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if given.get("type") not in ("radio", "checkbox", "submit"):
            sent[given["name"]] = unescape(given.get("value", text))
    return {name: f"{value} (nieuw)" if " " in value else value for name, value in sent.items()}


def calendar(number: int) -> str:
    """A calendar with events that repeat every week."""
    days = [date.today() + timedelta(days=day % 90) for day in range(EVENTS)]  # noqa: DTZ011
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}-{n}\r\nDTSTART:{day:%Y%m%d}T{8 + n % 9:02}0000\r\n"
        f"DTEND:{day:%Y%m%d}T{8 + n % 9:02}3000\r\nRRULE:FREQ=WEEKLY;COUNT={WEEKS}\r\nEND:VEVENT\r\n"
        for n, day in enumerate(days)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"


def large_yaml() -> str:
    """A municipality whose every type has long texts in four languages."""
    content = yaml.safe_load(municipality_yaml("large", SPECIALISTS, "09:00", "17:00", 30))
    visit = json.dumps({**content["appointment_types"]["visit"], "description": dict.fromkeys(LANGUAGES, TEXT)})
    content["languages"] = list(LANGUAGES)
    content["appointment_types"] = {f"visit-{number}": json.loads(visit) for number in range(TYPES)}
    return yaml.safe_dump(json.loads(json.dumps(content)), allow_unicode=True, width=100)


class Staff:
    """Staff of the demo municipality and of a large one, who do one thing again and again."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.numbers = itertools.count(1)
        self.large = large_yaml()
        self.lead, _ = a_session(stack, "rumst")
        self.admin, _ = a_session(stack, "large")
        self.headers = {"Authorization": f"Bearer {stack.machine_key('rumst')}"}

    def work(self) -> dict[str, Callable[[], requests.Response]]:
        return {
            "preview of a form, every field changed": lambda: self._preview("inrichten/onderwerpen/bouwadvies"),
            "preview of the texts of a message": lambda: self._preview("teksten", "teksten/woorden"),
            "difference to a configuration of 790 kB": self._difference,
            "loading a configuration of 790 kB": self._load,
            "import of a calendar": self._import,
            "figures of a year as a spreadsheet": lambda: self._get("reports/table", format="xlsx"),
            "figures of a year": lambda: self._get("reports/overview"),
            "export of a resident": lambda: self._post("residents/export", {"email": "nobody@example.org"}),
        }

    def _preview(self, page: str, action: str | None = None) -> requests.Response:
        at = f"{self.stack.url}/rumst/balie"
        shown = self.lead.get(f"{at}/{page}", timeout=60)
        to = f"/rumst/balie/{action or page}"
        return self.lead.post(f"{self.stack.url}{to}", {**fields_of(shown, to), "action": "look"}, timeout=60)

    def _difference(self) -> requests.Response:
        to = "/large/balie/beheer/instellingen"
        fields = fields_of(self.admin.get(self.stack.url + to, timeout=60), to)
        text = self.large.replace("name: S\n", f"name: S{next(self.numbers)}\n")
        return self.admin.post(self.stack.url + to, {**fields, "text": text, "action": "look"}, timeout=60)

    def _load(self) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.stack.machine_key('large')}", "Content-Type": "application/yaml"}
        text = f"# {next(self.numbers)}\n{self.large}"
        return requests.put(f"{self._api('large')}/configuration", text.encode(), headers=headers, timeout=60)

    def _import(self) -> requests.Response:
        headers = {**self.headers, "Content-Type": "text/calendar"}
        text = calendar(next(self.numbers)).encode()
        return requests.put(f"{self._api('rumst')}/resources/ro-1/busy-times", text, headers=headers, timeout=60)

    def _get(self, path: str, **query: Any) -> requests.Response:
        query |= {"from": f"{date.today() - timedelta(days=365)}", "to": f"{date.today()}"}  # noqa: DTZ011
        return requests.get(f"{self._api('rumst')}/{path}", query, headers=self.headers, timeout=60)

    def _post(self, path: str, body: Any) -> requests.Response:
        return requests.post(f"{self._api('rumst')}/{path}", json=body, headers=self.headers, timeout=60)

    def _api(self, municipality: str) -> str:
        return f"{self.stack.url}/api/v1/{municipality}"


@contextmanager
def repeated(work: Callable[[], requests.Response], took: list[float], answers: set[int]) -> Iterator[None]:
    over = threading.Event()

    def repeat() -> None:
        while not over.is_set():
            began = time.monotonic()
            answers.add(work().status_code)
            took.append(time.monotonic() - began)

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def beside_long_work(stack: Stack, seconds: float, console: Console) -> Table:
    """The waiting time of a resident, quiet and beside each kind of long work."""
    stack.configure(DEPLOYED / "rumst.yaml")
    for name in ("large", "small"):
        file = stack.folder / f"{name}.yaml"
        file.write_text(large_yaml() if name == "large" else municipality_yaml(name, 5, "09:00", "17:00", 30))
        stack.configure(file)
    staff = Staff(stack)
    days = itertools.count(2)

    def asked() -> bytes:
        day = date.today() + timedelta(days=next(days) % 300)  # noqa: DTZ011
        return request("GET", f"{stack.url}/api/v1/small/slots?appointment_type=visit&location=hal&from={day}")

    wait_until_capacity_is_published(stack, "large")

    def residents() -> Measured:
        return measure(LOOPBACK, stack.ports.http, asked, CONNECTIONS, seconds)

    table = Table("work of another municipality", "its time, s", "resident, p50 ms", "p99 ms", "longest ms", "answers")
    for name, work in {"(none)": None, **staff.work()}.items():
        console.print(f"[dim]{name}[/dim]")
        took: list[float] = []
        answers: set[int] = set()
        if work is None:
            run = residents()
        else:
            with repeated(work, took, answers):
                run = residents()
        mean = f"{sum(took) / len(took):.2f}" if took else ""
        table.add_row(
            name, mean, f"{run.percentile(50):.0f}", f"{run.percentile(99):.0f}", f"{max(run.latencies):.0f}",
            ", ".join(map(str, sorted(answers | {*run.statuses}))),
        )  # fmt: skip
    return table
