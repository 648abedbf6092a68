"""What commands print: a table on a terminal, aligned columns in a pipe, JSON on demand."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

Row = Mapping[str, Any]


def show_rows(rows: Sequence[Row], as_json: bool, when_empty: str) -> None:
    """Print rows with the same keys, which are the headings. `when_empty`: a sentence instead of an empty table."""
    if as_json:
        show_json(rows)
    elif not rows:
        click.echo(when_empty)
    elif sys.stdout.isatty():
        _table(rows)
    else:
        click.echo(aligned(rows))


def show_json(content: Any) -> None:
    """Print JSON, indented, with the letters as they are."""
    click.echo(json.dumps(content, indent=1, ensure_ascii=False, default=str))


def show_value(name: str, value: Any, as_json: bool) -> None:
    """Print one value alone on its line, for `$(...)`; as JSON an object with its name."""
    if as_json:
        show_json({name: value})
    else:
        click.echo(value)


def aligned(rows: Sequence[Row]) -> str:
    """Columns of text, two spaces apart, under their headings."""
    lines = [[_heading(key) for key in rows[0]], *([text(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def text(value: Any) -> str:
    """A cell: lists as words, an absent value as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _heading(key: str) -> str:
    return key.replace("_", " ")


def _table(rows: Sequence[Row]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for key in rows[0]:
        table.add_column(_heading(key), overflow="fold")
    for row in rows:
        table.add_row(*(Text(text(value)) for value in row.values()))
    Console(highlight=False).print(table)
