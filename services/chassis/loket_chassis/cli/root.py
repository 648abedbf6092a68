"""`loket`: one command, whose groups are the entry points `loket.commands` of the installed distributions.

The image of a component holds the distribution of that component and no other, so its `loket` shows fewer groups.
"""

from __future__ import annotations

from importlib.metadata import distributions, entry_points
from typing import Any

import click
from click.shell_completion import get_completion_class

from .text import SETTINGS, examples

GROUP = "loket.commands"
SHELLS = ("bash", "zsh", "fish")
ELSEWHERE = "The image or environment of another component has other commands."


class Root(click.Group):
    """Imports a group when it is called, completed or listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands of this file and of the installed distributions, by name."""
        return sorted({*self.commands, *entry_points(group=GROUP).names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """None when no installed distribution has the command."""
        if own := super().get_command(ctx, cmd_name):
            return own
        found = entry_points(group=GROUP, name=cmd_name)
        return found[cmd_name].load() if found else None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Raises UsageError with the next step when the command is unknown."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
            shown = ", ".join(name for name, command in found if command and not command.hidden)
            raise click.UsageError(f"{error.message}\nInstalled here: {shown}. {ELSEWHERE}", ctx) from error


@click.group(cls=Root, context_settings=SETTINGS, epilog=examples(
    "loket config load rumst.yaml",
    "loket accounts add rumst avertommen --role lead/milieu",
    "loket status --json",
))  # fmt: skip
@click.version_option(
    message="\n".join(
        sorted({f"{each.name} {each.version}" for each in distributions() if each.name.startswith("loket-")})
    )
)
def main() -> None:
    """Administer Loket.

    Each component brings its commands, so an image of one component lists only those. The broker and the database are
    read from AMQP_URI and MONGO_URI, as the services read them, or from the files that AMQP_URI_FILE and MONGO_URI_FILE
    name. Exit codes: 0 done, 1 refused, 2 wrong use, 69 a server or service does not respond, 70 a service failed, 78 a
    setting cannot be used.
    """


@main.command(epilog=examples('eval "$(loket completion bash)"', "loket completion fish | source"))
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that completes `loket` in SHELL."""
    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(main, {}, "loket", "_LOKET_COMPLETE").source())
