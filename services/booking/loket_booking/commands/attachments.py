"""Files that residents upload for an appointment."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass
from pathlib import PurePosixPath

import filetype
import structlog

from loket_chassis.runtime.unavailable import Unavailable
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.agenda_answers import StoredFile
from loket_contracts.rpc.booking.answers import FileEntry
from loket_contracts.rpc.booking.slot_answers import FileContent

from ..domain import intake_form
from ..domain.appointment import Appointment, require_state
from ..domain.appointment_spec import AppointmentSpec
from ..domain.booked import booked_spec
from ..store.agendas import Agendas
from ..store.audit import Audit
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.files import FileDetails, Files, UploadedFile
from .ports import Clock, EncodeImage, Scan
from .preparation import PreparationCommands
from .request import Request

MAX_BYTES = 5_000_000
MAX_FILES = 10
#: characters of a file's name with its extension, and of the extension
LONGEST_NAME, LONGEST_EXTENSION = 120, 10
#: the time that a booking may take that began before its hold expired
MARGIN = dt.timedelta(minutes=5)
#: the extensions of the accepted media types, which are detected from the content; the declared type does not count
PDF = "application/pdf"
EXTENSIONS = {
    PDF: "pdf", "image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic",
    "image/tiff": "tif",
}  # fmt: skip
#: files that one run of the job scans
BATCH = 50

log = structlog.get_logger()


@dataclass(frozen=True)
class AttachmentCommands:
    agendas: Agendas
    cards: Cards
    files: Files
    configurations: Configurations
    audit: Audit
    preparation: PreparationCommands
    clock: Clock
    encode_image: EncodeImage
    scan: Scan = None

    def add_file(self, card: Card, question: str | None, name: str, content: str, request: Request) -> UploadedFile:
        """Store a file, a picture without its metadata. `content` is base64 (RFC 4648).

        Raises Refusal: file-not-accepted, not-allowed-in-state.
        """
        appointment, _ = self.agendas.get_claim(card.agenda, card.id)
        require_state(appointment, "booked")
        spec = booked_spec(self.configurations.including_removed(card.municipality), appointment)
        unscanned, body, described = self._accepted(spec, question, name, content)
        file: UploadedFile = {"id": self.files.add(card.id, name, body, unscanned), **described}
        if not self.cards.add_file(card, file, MAX_FILES):
            self.files.delete([file["id"]])
            raise _too_many_files()
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, "file added")
        self.preparation.update_duty(self.cards.get(card.id) or card, appointment)
        return file

    def add_pending(
        self, appointment: str, spec: AppointmentSpec, question: str, name: str, content: str, until: dt.datetime
    ) -> None:
        """Store a file for an appointment that is not booked yet, until `until`. Idempotent for the same file.

        Raises Refusal: file-not-accepted.
        """
        unscanned, body, described = self._accepted(spec, question, name, content)
        pending = self.files.pending(appointment)
        if any(
            (each["question"], each["name"], each["size"]) == (question, described["name"], described["size"])
            for each in pending
        ):
            return
        if len(pending) >= MAX_FILES:
            raise _too_many_files()
        self.files.add_pending(appointment, name, body, described, until, unscanned)

    def adopt_pending(self, card: Card, appointment: Appointment) -> Card:
        """Add the pending files of a booked appointment to its card. Idempotent."""
        pending = self.files.pending(card.id)
        if not pending:
            return card
        known = {file["id"] for file in card.files}
        for file in pending:
            if file["id"] not in known:
                self.cards.add_file(card, file)
        self.files.settle_pending(file["id"] for file in pending)
        return self.preparation.update_duty(self.cards.get(card.id) or card, appointment)

    def settle_expired(self) -> int:
        """Delete the files of abandoned forms, and adopt those of booked ones. Returns the number of forms."""
        appointments = self.files.expired_pending(self.clock() - MARGIN)
        for identifier in appointments:
            card = self.cards.get(identifier)
            found = self.agendas.find_claim(card.agenda, card.id) if card is not None else None
            if card is not None and found is not None:
                self.adopt_pending(card, found[0])
            else:
                self.files.delete(file["id"] for file in self.files.pending(identifier))
        return len(appointments)

    def scan_files(self) -> int:
        """Scan the files that the virus scanner could not scan at upload. Returns the number of verdicts.

        A file about which it gives no verdict does not stop the others.
        """
        if self.scan is None:
            return 0
        verdicts = 0
        for identifier, appointment in self.files.unscanned(BATCH).items():
            try:
                infected = self.scan(self.files.read(identifier) or b"")
            except Unavailable:
                break
            if infected:
                self._drop_infected(appointment, identifier)
            elif infected is False:
                self.files.mark_scanned(identifier)
            verdicts += infected is not None
        return verdicts

    def read_file(self, card: Card, identifier: str, request: Request) -> FileContent:
        """A file with its content in base64, under a name that says nothing but its reference and type.

        Raises Refusal: file-not-found, file-not-scanned.
        """
        known = _file_of(card, identifier)
        body = self.files.read(identifier)
        if body is None:
            raise Refusal("file-not-found")
        if self.files.is_unscanned(identifier):
            raise Refusal("file-not-scanned")
        if request.is_staff:
            self.audit.record(card.municipality, request.actor, "read", self.clock(), card.id, "file")
        return {**describe_file(known), "name": download_name(card, known), "content": base64.b64encode(body).decode()}

    def drop_file(self, card: Card, identifier: str, request: Request) -> Card:
        """Delete a file. Raises Refusal: file-not-found."""
        _file_of(card, identifier)
        self.cards.drop_file(card, identifier)
        self.files.delete([identifier])
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, "file dropped")
        return self.preparation.update_duty(self.cards.get(card.id) or card)

    def _accepted(
        self, spec: AppointmentSpec, question: str | None, name: str, content: str
    ) -> tuple[bool, bytes, FileDetails]:
        """Whether the file is yet to be scanned, its bytes and details. Raises Refusal: file-not-accepted."""
        given, described = _checked(spec, question, name, content, self.clock())
        unscanned = self._refuse_virus(given)
        if described["media_type"] == PDF:
            return unscanned, given, described
        body, media_type = self.encode_image(given, described["media_type"], MAX_BYTES)
        described = {**described, "media_type": media_type, "size": len(body)}
        if described["media_type"] != filetype.guess_mime(given):
            described["name"] = str(PurePosixPath(described["name"]).with_suffix(f".{EXTENSIONS[media_type]}"))
        return unscanned, body, described

    def _refuse_virus(self, body: bytes) -> bool:
        """Whether the file is yet to be scanned. Raises Refusal: file-not-accepted."""
        if self.scan is None:
            return False
        try:
            infected = self.scan(body)
        except Unavailable:
            infected = None
        if infected:
            log.warning("upload refused: it has a virus")
            raise Refusal("file-not-accepted", {"reason": "it has a virus"})
        return infected is None  # the file is not delivered before its scan

    def _drop_infected(self, appointment: str, identifier: str) -> None:
        log.warning("uploaded file deleted: it has a virus", appointment=appointment)
        if card := self.cards.get(appointment):
            self.drop_file(card, identifier, Request(by="system"))
        else:  # not booked yet
            self.files.delete([identifier])


def download_name(card: Card, file: UploadedFile) -> str:
    """The reference, a number and the extension of the detected type, such as 7K3Q-9F2M-1.pdf.

    A name that a stranger chose could promise another type than the content has.
    """
    number = [each["id"] for each in card.files].index(file["id"]) + 1
    return f"{card.reference}-{number}.{EXTENSIONS[file['media_type']]}"


def describe_file(file: UploadedFile) -> FileEntry:
    return {
        "id": file["id"], "question": file["question"], "name": file["name"], "media_type": file["media_type"],
        "size": file["size"],
    }  # fmt: skip


def describe_stored_file(file: UploadedFile) -> StoredFile:
    return {**describe_file(file), "at": file["at"].isoformat()}


def _file_of(card: Card, identifier: str) -> UploadedFile:
    for file in card.files:
        if file["id"] == identifier:
            return file
    raise Refusal("file-not-found")


def _too_many_files() -> Refusal:
    return Refusal("file-not-accepted", {"reason": f"there are {MAX_FILES} already"})


def safe_file_name(given: str) -> str:
    """Without folders and unprintable characters; a long name is cut before its extension."""
    path = PurePosixPath("".join(each for each in given if each.isprintable()).replace("\\", "/"))
    extension = path.suffix if len(path.suffix) <= LONGEST_EXTENSION else ""
    name = path.name.removesuffix(extension)[: LONGEST_NAME - len(extension)] + extension
    return name if name.strip(".") else "document"


def _checked(
    spec: AppointmentSpec, question: str | None, name: str, content: str, now: dt.datetime
) -> tuple[bytes, FileDetails]:
    """The bytes of the file, and its details. Raises Refusal: file-not-accepted."""
    if not intake_form.asks_for_file(spec, question):
        raise Refusal("file-not-accepted", {"reason": "this document is not asked for"})
    try:
        body = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refusal("file-not-accepted", {"reason": "it is not readable as base64"}) from error
    if len(body) > MAX_BYTES:
        raise Refusal("file-not-accepted", {"reason": f"it is larger than {MAX_BYTES // 1_000_000} MB"})
    if not body:
        raise Refusal("file-not-accepted", {"reason": "it is empty"})
    media_type = filetype.guess_mime(body)
    if media_type not in EXTENSIONS:
        raise Refusal("file-not-accepted", {"reason": "it is neither a PDF nor an image"})
    return body, {
        "question": question,
        "name": safe_file_name(name),
        "media_type": str(media_type),
        "size": len(body),
        "at": now,
    }
