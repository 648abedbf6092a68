"""`loket local`: all of Loket on this machine, without containers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import click
import yaml
from rich.console import Console
from rich.panel import Panel

from loket_chassis.cli.text import SETTINGS, examples

from .credentials import secret_of
from .ports import LOOPBACK
from .processes import StartFailed, stop_by_id
from .stack import FIRST_ACCOUNT, Interrupted, Ports, Stack, raise_on_signals, read_state

ROOT = Path(__file__).resolve().parents[3]
console = Console(highlight=False)
folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=ROOT / ".local" / "run",
    envvar="LOKET_FOLDER",
    help="The folder for data and logs.",
)


@click.group(context_settings=SETTINGS)
def local() -> None:
    """Run all of Loket on this machine: broker, database, services and mail catcher, as ordinary processes."""


@local.command(
    epilog=examples("loket local up", "loket local up --reload --municipality deploy/municipalities/rumst.yaml")
)
@folder_option
@click.option("--http-port", default=Ports.http, envvar="LOKET_HTTP_PORT", show_default=True, help="API and pages.")
@click.option("--mail-port", default=Ports.mail, envvar="LOKET_MAIL_PORT", show_default=True, help="The mail page.")
@click.option("--smtp-port", default=Ports.smtp, envvar="LOKET_SMTP_PORT", show_default=True, help="The mail catcher.")
@click.option("--amqp-port", default=Ports.amqp, envvar="LOKET_AMQP_PORT", show_default=True, help="RabbitMQ.")
@click.option("--mongo-port", default=Ports.mongo, envvar="LOKET_MONGO_PORT", show_default=True, help="MongoDB.")
@click.option("--free-ports", is_flag=True, help="Use free ports instead.")
@click.option("--reload", is_flag=True, help="Restart a service when its source files change.")
@click.option(
    "--municipality",
    "municipalities",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    default=[ROOT / "deploy" / "municipalities" / "rumst.yaml"],
    help="A configuration to load when its municipality has none; may be given several times. The demo municipality "
    "when left out.",
)
def up(
    folder: Path,
    http_port: int,
    mail_port: int,
    smtp_port: int,
    amqp_port: int,
    mongo_port: int,
    free_ports: bool,
    reload: bool,
    municipalities: tuple[Path, ...],
) -> None:
    """Start everything, print the addresses, and stop it all on Ctrl-C.

    AMQP_URI and MONGO_URI, when set, are used instead of the private servers.
    """
    if running := read_state(folder):
        raise click.ClickException(f"Loket runs here already, at {running['url']}. Stop it with: make stop")
    ports = Ports.free() if free_ports else Ports(http_port, mail_port, smtp_port, amqp_port, mongo_port)
    began = time.monotonic()

    def report(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:5.1f} s[/dim]  {text}", soft_wrap=True)

    stack = Stack(folder, ports, report)
    raise_on_signals()
    try:
        for file in municipalities:
            stack.check_configuration(file)
        stack.start()
        passwords = {}
        for file in municipalities:
            stack.configure(file, if_absent=True)
            name = str(yaml.load(file.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))["id"])
            passwords[name] = stack.open_desk(name)
        console.print(_welcome(stack, time.monotonic() - began, passwords))
        stack.watch(reload)
    except Interrupted as signal_name:
        console.print(f"\n{signal_name}: stopping everything")
    except StartFailed as failure:
        console.print(f"[red]{failure}[/red]")
        sys.exit(1)
    finally:
        stack.stop()
    console.print("stopped; the data stays (make reset deletes it)")


def _welcome(stack: Stack, seconds: float, passwords: Mapping[str, str | None]) -> Panel:
    desks = "".join(
        f"Desk       {stack.url}/{name}/aanmelden\n"
        + (
            f"           account {FIRST_ACCOUNT}, first password [bold]{password}[/bold]\n"
            if password
            else f"           account {FIRST_ACCOUNT}; lost its password? make password\n"
        )
        for name, password in passwords.items()
    )
    return Panel.fit(
        f"[bold]Loket runs[/bold] (after {seconds:.1f} s)\n\n"
        f"Pages      {stack.url}/\n"
        f"API        {stack.url}/api/v1/rumst/appointment-types\n"
        f"API docs   {stack.url}/docs\n"
        f"{desks}"
        f"Mail       {stack.mail_url}/\n"
        f"Logs       {stack.logs}\n\n"
        "Ctrl-C stops everything."
    )


@local.command(epilog=examples("loket local stop"))
@folder_option
def stop(folder: Path) -> None:
    """Stop what `loket local up` started in another shell."""
    _stop(folder)


def _stop(folder: Path) -> None:
    state = read_state(folder)
    if state is None:
        console.print("Loket does not run here")
        return
    if not stop_by_id(int(str(state["pid"]))):
        raise click.ClickException(f"Process {state['pid']} did not stop; see {folder / 'logs'}")
    console.print("stopped")


@local.command(epilog=examples("loket local reset --yes"))
@folder_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(folder: Path, yes: bool) -> None:
    """Stop, and delete all data in the folder."""
    _stop(folder)
    if not folder.exists():
        console.print("there is no data")
        return
    if not yes and sys.stdin.isatty():
        click.confirm(f"Drop all data in {folder}?", abort=True)
    shutil.rmtree(folder)
    console.print(f"dropped {folder}")


@local.command("demo-data", epilog=examples("loket local demo-data --appointments 6000"))
@folder_option
@click.option("--appointments", default=60_000, show_default=True, help="About how many in a year.")
@click.option("--days", default=365, show_default=True, help="How many days, the last of them yesterday.")
def demo_data(folder: Path, appointments: int, days: int) -> None:
    """Generate a year of a fictional municipality, to try the figures. Loket must run."""
    state = _running(folder)
    environment = _environment(folder, state)
    silence = ROOT / "deploy" / "municipalities" / "voorbeeld.messages.yaml"
    play = ["loket_booking.demonstration", "--appointments", str(appointments), "--days", str(days)]
    try:
        for command in (["loket_chassis.cli", "messages", "load-plan", str(silence)], play):
            done = subprocess.run([sys.executable, "-m", *command], env=environment, check=False)
            if done.returncode:
                sys.exit(done.returncode)
    except KeyboardInterrupt:
        console.print("stopped; the data generated so far stays")
        sys.exit(130)
    console.print(f"see {state['url']}/voorbeeld/cijfers")


@local.command(epilog=examples("loket local password rumst"))
@folder_option
@click.argument("municipality", default="rumst")
def password(folder: Path, municipality: str) -> None:
    """Give the first account of MUNICIPALITY a new first password."""
    state = _running(folder)
    sys.exit(_loket(state, "accounts", "reset-password", municipality, FIRST_ACCOUNT).returncode)


@local.command(epilog=examples("loket local key --role lead"))
@folder_option
@click.argument("municipality", default="rumst")
@click.option("--role", default="admin", show_default=True, help="What the key may, as role or role/team.")
def key(folder: Path, municipality: str, role: str) -> None:
    """Print an API key for MUNICIPALITY, to try the API."""
    state = _running(folder)
    name = f"shell-{role.replace('/', '-')}"
    if _loket(state, "keys", "add", municipality, name, "--role", role, stderr=subprocess.DEVNULL).returncode:
        sys.exit(_loket(state, "keys", "renew", municipality, name).returncode)


@local.command(
    "exec",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    epilog=examples("loket local exec loket appointments conflicts rumst"),
)
@folder_option
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def exec_(folder: Path, command: tuple[str, ...]) -> None:
    """Run COMMAND, such as `loket config load FILE`, with the addresses and secrets of the running Loket."""
    environment = _environment(folder, _running(folder))
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment.get('PATH', os.defpath)}"
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        raise click.ClickException(f"{command[0]} cannot be run: {error.strerror}") from error


def _environment(folder: Path, state: Mapping[str, object]) -> dict[str, str]:
    """The environment for a command that works on the running Loket."""
    return {
        **os.environ, "MONGO_URI": str(state["mongo_uri"]), "AMQP_URI": str(state["amqp_uri"]),
        "PUBLIC_URL": str(state["url"]), "LOKET_SECRET": secret_of(folder),
    }  # fmt: skip


def _running(folder: Path) -> dict[str, object]:
    """The state file of the running Loket. Raises ClickException when none runs."""
    state = read_state(folder)
    if state is None:
        raise click.ClickException("Loket does not run here. Start it with: make run")
    return state


def _loket(state: Mapping[str, object], *arguments: str, **options: int) -> subprocess.CompletedProcess[bytes]:
    """Run `loket` on the database of the running gateway."""
    environment = {**os.environ, "MONGO_URI": str(state["mongo_uri"]), "MONGO_DATABASE": "loket_gateway"}
    command = [sys.executable, "-m", "loket_chassis.cli", *arguments]
    return subprocess.run(command, env=environment, check=False, **options)  # type: ignore[call-overload]


@local.command(epilog=examples("loket local logs booking gateway"))
@folder_option
@click.argument("names", nargs=-1)
def logs(folder: Path, names: tuple[str, ...]) -> None:
    """Follow the logs, of all or of the NAMES given (booking, gateway, rabbitmq, ...)."""
    files = [folder / "logs" / f"{name}.log" for name in names] or sorted((folder / "logs").glob("*.log"))
    files = [file for file in files if file.exists()]
    if not files:
        raise click.ClickException(f"There are no logs in {folder / 'logs'}. Start with: make run")
    try:
        subprocess.run(["tail", "-n", "20", "-F", *map(str, files)], check=False)
    except KeyboardInterrupt:
        return


@local.command(epilog=examples("loket local status"))
@folder_option
def status(folder: Path) -> None:
    """Show what runs, and whether it is healthy."""
    state = read_state(folder)
    if state is None:
        console.print("Loket does not run here. Start it with: make run")
        sys.exit(3)
    console.print(f"pages and API at {state['url']}, mail at {state['mail']}")
    ports = state["components"]
    assert isinstance(ports, dict)
    for name, port in ports.items():
        try:
            with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/health/ready", timeout=5) as answer:
                console.print(f"{name:13} {answer.read().decode().strip()}")
        except (urllib.error.URLError, OSError) as error:
            console.print(f"{name:13} [red]{error}[/red]")
