"""Files that residents send with an appointment."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from pathlib import PurePosixPath
from typing import Any

import filetype

from loket_contracts.errors import Refusal

from ..context import Stores
from ..domain import intake_form
from ..domain.appointment import Appointment, require
from ..domain.booked import visit_of
from ..domain.visit import Visit
from ..store.cards import Card
from .lifecycle import claimed
from .preparation import look_again
from .request import Request

MAX_BYTES = 5_000_000
MAX_FILES = 10
#: characters of a file's name, with its extension, and of the extension
LONGEST_NAME, LONGEST_EXTENSION = 120, 10
#: a booking that began in time may take so long
MARGIN = dt.timedelta(minutes=5)
#: what is taken, by what the content is; what a file calls itself does not count
ACCEPTED = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp", "image/heic", "image/tiff"})


def add_file(
    stores: Stores, card: Card, question: str | None, name: str, content: str, request: Request
) -> dict[str, Any]:
    """Keep a file. `content` is base64 (RFC 4648). Raises Refusal: file-not-accepted, not-allowed-in-state."""
    appointment, _ = claimed(stores, card)
    require(appointment, "booked")
    visit = visit_of(stores.configurations.including_removed(card.municipality), appointment)
    body, described = _accepted(visit, question, name, content, stores.now())
    kept = {"id": stores.files.add(card.id, name, body), **described}
    if not stores.cards.append(card, "files", kept, MAX_FILES):
        stores.files.remove([kept["id"]])
        raise _full()
    stores.audit.note(card.municipality, request.actor, "changed", stores.now(), card.id, "file added")
    look_again(stores, stores.cards.get(card.id) or card, appointment)
    return kept


def attach(
    stores: Stores, appointment: str, visit: Visit, question: str, name: str, content: str, until: dt.datetime
) -> None:
    """Keep a file for an appointment that will be booked. The very same file once more changes nothing.

    Raises Refusal: file-not-accepted.
    """
    body, described = _accepted(visit, question, name, content, stores.now())
    there = stores.files.waiting(appointment)
    if any(all(each[part] == described[part] for part in ("question", "name", "size")) for each in there):
        return
    if len(there) >= MAX_FILES:
        raise _full()
    stores.files.add_waiting(appointment, name, body, described, until)


def adopt(stores: Stores, card: Card, appointment: Appointment) -> Card:
    """The card with the files that waited for its appointment. Done twice, it is done once."""
    waiting = stores.files.waiting(card.id)
    if not waiting:
        return card
    known = {file["id"] for file in card.files}
    for file in waiting:
        if file["id"] not in known:
            stores.cards.append(card, "files", file)
    stores.files.wait_no_longer(file["id"] for file in waiting)
    return look_again(stores, stores.cards.get(card.id) or card, appointment)


def settle_waiting(stores: Stores) -> int:
    """Files of forms that nobody finished are forgotten; those of who booked go to their card. Returns how many
    appointments they were for."""
    appointments = stores.files.waited_until(stores.now() - MARGIN)
    for identifier in appointments:
        card = stores.cards.get(identifier)
        found = stores.agendas.find_claim(card.agenda, card.id) if card is not None else None
        if card is not None and found is not None:
            adopt(stores, card, found[0])
        else:
            stores.files.remove(file["id"] for file in stores.files.waiting(identifier))
    return len(appointments)


def read_file(stores: Stores, card: Card, identifier: str, request: Request) -> dict[str, Any]:
    """A file with its content in base64. Raises Refusal: file-not-found."""
    known = _known(card, identifier)
    body = stores.files.read(identifier)
    if body is None:
        raise Refusal("file-not-found")
    if request.is_staff:
        stores.audit.note(card.municipality, request.actor, "read", stores.now(), card.id, "file")
    return {**known, "content": base64.b64encode(body).decode()}


def drop_file(stores: Stores, card: Card, identifier: str, request: Request) -> Card:
    """Take a file away. Raises Refusal: file-not-found."""
    _known(card, identifier)
    stores.cards.drop_file(card, identifier)
    stores.files.remove([identifier])
    stores.audit.note(card.municipality, request.actor, "changed", stores.now(), card.id, "file dropped")
    return look_again(stores, stores.cards.get(card.id) or card)


def _known(card: Card, identifier: str) -> dict[str, Any]:
    for file in card.files:
        if file["id"] == identifier:
            return file
    raise Refusal("file-not-found")


def _full() -> Refusal:
    return Refusal("file-not-accepted", {"reason": f"there are {MAX_FILES} already"})


def file_name(given: str) -> str:
    """Without folders and without what cannot be printed; a long one is cut before its extension."""
    path = PurePosixPath("".join(each for each in given if each.isprintable()).replace("\\", "/"))
    extension = path.suffix if len(path.suffix) <= LONGEST_EXTENSION else ""
    kept = path.name.removesuffix(extension)[: LONGEST_NAME - len(extension)] + extension
    return kept if kept.strip(".") else "document"


def _accepted(
    visit: Visit, question: str | None, name: str, content: str, now: dt.datetime
) -> tuple[bytes, dict[str, Any]]:
    """The bytes, and what a card knows of them."""
    if question is not None and not intake_form.asks_for_file(visit, question):
        raise Refusal("file-not-accepted", {"reason": "this document is not asked for"})
    try:
        body = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("file-not-accepted", {"reason": "it is not readable as base64"}) from error
    if len(body) > MAX_BYTES:
        raise Refusal("file-not-accepted", {"reason": f"it is larger than {MAX_BYTES // 1_000_000} MB"})
    media_type = filetype.guess_mime(body)
    if media_type not in ACCEPTED:
        raise Refusal("file-not-accepted", {"reason": "it is neither a PDF nor an image"})
    return body, {
        "question": question,
        "name": file_name(name),
        "media_type": str(media_type),
        "size": len(body),
        "at": now,
    }
