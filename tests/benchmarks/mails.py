"""Many bookings at once: how fast their mails are sent, against plain smtplib sending the same mail."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from loket_local.components import Component
from loket_local.ports import LOOPBACK, find_free
from loket_local.processes import Child
from loket_local.stack import Stack
from loket_notification.channels.smtp import SmtpChannel, SmtpSettings
from loket_notification.commands import render
from loket_notification.commands.send_test import Trial
from loket_notification.composing.sample import START, sample_card
from loket_notification.domain.planning import Plan

from .bulk import book_many
from .settled import held_still
from .soak import resident_megabytes

SENDERS = 24


def mails(stack: Stack, many: int, instances: int, alone: bool, console: Console) -> Table:
    """Book `many` while notification is stopped, start `instances` of it, and watch the mails arrive.

    `alone`: reporting is suspended meanwhile, because no service counts what plain smtplib sends.
    """
    (port,) = find_free(1)
    file = stack.folder / "mail-ids"
    root = Path(__file__).parents[2]
    sink = Child.start(
        "mail sink", [sys.executable, root / "tests/providers/mail_sink.py", str(port), file], stack.logs / "sink.log"
    )
    notification = stack.components["notification"]
    notification.stop()
    try:
        console.print(f"[dim]booking {many}[/dim]")
        book_many(stack, stack.folder, many)
        before, written_before = _raw(stack, port, many // 4), _raw(stack, port, many // 4, "--written")
        earlier = _lines(file)
        notification.environment.update({"SMTP_PORT": str(port), "SENDERS": str(SENDERS)})
        beside = [_beside(notification, number) for number in range(1, instances)]
        with held_still(stack, *(("reporting",) if alone else ())):
            began = time.perf_counter()
            for each in (notification, *beside):
                each.start()
            first = 0.0
            while (arrived := _lines(file) - earlier) < many:
                if arrived and not first:
                    first = time.perf_counter()
                time.sleep(0.05)
            ended = time.perf_counter()
        memory = sum(resident_megabytes(each.child.pid) for each in (notification, *beside) if each.child)
        for each in (*beside, notification):
            each.stop()
        after, written_after = _raw(stack, port, many // 4), _raw(stack, port, many // 4, "--written")
        table = Table(
            "mails", "per second", "ratio to plain smtplib that writes each mail", "ratio to one ready-made mail",
            "first after s", "last after s", "memory MiB",
        )  # fmt: skip
        rate, ready, written = many / (ended - first), (before + after) / 2, (written_before + written_after) / 2
        table.add_row(
            str(many), f"{rate:.0f}", f"{rate / written:.2f} ({written_before:.0f} and {written_after:.0f})",
            f"{rate / ready:.2f} ({before:.0f} and {after:.0f})", f"{first - began:.1f}", f"{ended - began:.1f}",
            f"{memory:.0f}",
        )  # fmt: skip
        return table
    finally:
        sink.stop()


def _beside(notification: Component, number: int) -> Component:
    """One more instance on the same queue and database."""
    (port,) = find_free(1)
    environment = {**notification.environment, "HTTP_ADDRESS": f"{LOOPBACK}:{port}"}
    return Component(notification.name, port, environment, notification.log.with_stem(f"notification-{number}"))


def _raw(stack: Stack, port: int, many: int, *options: str) -> float:
    card = sample_card("confirmation", "nl")
    mail = render.make(Trial("confirmation", "email", START), card, card.email, Plan(), stack.url, START)
    content = stack.folder / "raw.eml"
    content.write_bytes(SmtpChannel(SmtpSettings()).to_bytes(mail))
    command = [sys.executable, "-W", "ignore", "-m", "tests.benchmarks.raw_smtp", str(port), str(many), str(SENDERS)]
    done = subprocess.run([*command, str(content), *options], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _lines(file: Path) -> int:
    return file.read_bytes().count(b"\n") if file.exists() else 0
