"""Tables as JSON, CSV or a spreadsheet, streamed while they are computed."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO, StringIO
from typing import Any

from babel.numbers import get_decimal_symbol
from werkzeug.datastructures import MIMEAccept
from werkzeug.wrappers import Request, Response

from loket_chassis.runtime.cooperative import cooperatively
from loket_contracts.languages import LOCALES

from ..i18n import language

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Row = Sequence[Any]
BYTE_ORDER_MARK = "\ufeff"


def wanted(request: Request, asked: str | None) -> str:
    """Return the format of the query, else the best accepted one (RFC 9110, 12.5.1), else JSON."""
    if asked:
        return asked
    accepted: MIMEAccept = request.accept_mimetypes
    best = accepted.best_match(list(MEDIA_TYPES.values()), MEDIA_TYPES["json"])
    return next(name for name, media_type in MEDIA_TYPES.items() if media_type == best)


def table(
    request: Request, form: str, name: str, head: Row, rows: Iterable[Row], objects: Callable[[], Iterable[Any]]
) -> Response:
    """Return a table. `rows` are for spreadsheets, `objects` for JSON; only one of them is consumed."""
    lang = language.of(request)
    if form == "csv":
        body: Any = _csv(head, rows, _has_decimal_comma(lang))
    elif form == "xlsx":
        body = _spreadsheet(name, head, rows)
    else:
        body = _json(objects())
    response = Response(body, content_type=f"{MEDIA_TYPES[form]}{'; charset=utf-8' if form == 'csv' else ''}")
    response.headers["Content-Language"] = lang
    response.headers["Vary"] = "Accept, Accept-Language"
    if form != "json":
        response.headers["Content-Disposition"] = f"attachment; filename={name}.{form}"
    return response


def _has_decimal_comma(lang: str) -> bool:
    """Whether the decimal sign is a comma; spreadsheets then separate columns by semicolons."""
    return get_decimal_symbol(LOCALES[lang]) == ","


def _json(objects: Iterable[Any]) -> Iterator[bytes]:
    before = '{"rows": ['
    for each in cooperatively(objects):
        yield (before + json.dumps(each, ensure_ascii=False)).encode()
        before = ",\n"
    yield b"]}" if before.startswith(",") else b'{"rows": []}'


def _csv(head: Row, rows: Iterable[Row], decimal_comma: bool) -> Iterator[bytes]:
    """Write CSV (RFC 4180) with a byte order mark, by which spreadsheets recognise UTF-8."""
    written = StringIO()
    writer = csv.writer(written, delimiter=";" if decimal_comma else ",")
    written.write(BYTE_ORDER_MARK)
    writer.writerow(head)
    for row in cooperatively(rows):
        writer.writerow([_cell(value, decimal_comma) for value in row])
        if written.tell() > 16_384:
            yield _taken(written)
    yield _taken(written)


def _taken(written: StringIO) -> bytes:
    text = written.getvalue()
    written.seek(0)
    written.truncate()
    return text.encode()


def _cell(value: Any, decimal_comma: bool) -> Any:
    if isinstance(value, float):
        text = f"{value:g}" if abs(value) < 1e5 else f"{value:.2f}"
        return text.replace(".", ",") if decimal_comma else text
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"  # a spreadsheet would run it as a formula
    return value


def _spreadsheet(name: str, head: Row, rows: Iterable[Row]) -> bytes:
    """Write Office Open XML, row by row to disk, so that memory stays bounded."""
    import xlsxwriter  # large, and rarely needed

    made = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as book:
        sheet = book.add_worksheet(name[:31])
        bold = book.add_format({"bold": True})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head), 16)
        sheet.write_row(0, 0, head, bold)
        for number, row in enumerate(cooperatively(rows), 1):
            sheet.write_row(number, 0, row)
    return made.getvalue()
