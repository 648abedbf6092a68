"""How a command fails: what went wrong, what to do next, and the exit code (sysexits.h)."""

from __future__ import annotations

from typing import Any

import click

#: a server or a service does not respond
EX_UNAVAILABLE = 69
#: a service failed; its log has the error
EX_SOFTWARE = 70


class CommandFailed(click.ClickException):
    """A command that was refused or could not be carried out. `next_step`: what the user can do."""

    def __init__(self, message: str, next_step: str = "") -> None:
        super().__init__(message)
        self.next_step = next_step

    def show(self, file: Any = None) -> None:
        """Write both to standard error."""
        super().show(file)
        if self.next_step:
            click.echo(f"Next: {self.next_step}", err=file is None, file=file)


class Unavailable(CommandFailed):
    """A server or a service did not respond."""

    exit_code = EX_UNAVAILABLE


class ServiceFailed(CommandFailed):
    """A service failed while it carried out the command."""

    exit_code = EX_SOFTWARE
