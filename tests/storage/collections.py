"""Every collection of every service: what a document holds, and the codec that reads and writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from loket_booking.store import (
    arrival_numbers,
    audit,
    cards,
    closures,
    codecs,
    drafts,
    erasures,
    fallback_links,
    feedback,
    files,
    invitations,
    link_generations,
    refused_forms,
    removed_entries,
    visit_notes,
)
from loket_chassis.messaging import event_documents, publish_once
from loket_chassis.storage import idempotency, versioned_documents
from loket_chassis.storage.codec import Codec
from loket_gateway.access import (
    accounts,
    credentials,
    keys,
    known_devices,
    pending_logins,
    provider,
    sessions,
    workplaces,
)
from loket_gateway.access import audit as access_log
from loket_gateway.http import proof_of_work
from loket_notification.store import messages, reports, suppressions
from loket_notification.webhooks import store as webhooks
from loket_reporting.store import counts, earlier_counts, facts, projections, reference_values

#: release 0.1 refuses a document here with a field that it does not know
UNSTORED = "0, not stored"


@dataclass(frozen=True)
class Stored:
    """What one codec stores. `collections`: names, of which `*` is the number of a projection.

    `part`: the field of the document that it is, when it is not the document. `golden`: the names of its examples, in
    `golden/{service}`.
    """

    service: str
    collections: tuple[str, ...]
    contents: str
    codec: Codec[Any]
    golden: tuple[str, ...]
    part: str = ""


@dataclass(frozen=True)
class Uncoded:
    """A collection, or a part of one, that no dataclass describes, and why."""

    service: str
    collection: str
    contents: str
    why: str


STORED = (
    Stored("booking", ("agendas",), "booked time; the first of an appointment has the appointment", codecs.CLAIM,
           ("claim",), "claims"),
    Stored("booking", ("agendas",), "held time; the first of a request has the appointment to be", codecs.HOLD,
           ("hold",), "holds"),
    Stored("booking", ("tickets",), "walk-ins", codecs.TICKET, ("ticket",)),
    Stored("booking", ("waiting_list",), "appointments whose resident wants an earlier slot",
           codecs.WAITING_LIST_ENTRY, ("waiting-list-entry",)),
    Stored("booking", ("provisional_bookings",), "bookings that are not confirmed yet", codecs.PROVISIONAL,
           ("provisional-booking",)),
    Stored("booking", ("capacities",), "published capacity of a resource-day", codecs.CAPACITY, ("capacity",)),
    Stored("booking", ("cards",), "contact cards", cards.CARD, ("card",)),
    Stored("booking", ("fallback_links",), "links that earlier keys made", fallback_links.FALLBACK_LINK,
           ("fallback-link",)),
    Stored("booking", ("key_rotations",), "how far the hashes of links were replaced", fallback_links.ROTATION,
           ("key-rotation",)),
    Stored("booking", ("link_generations",), "how often a link or a calendar feed was replaced",
           link_generations.LINK_GENERATION, ("link-generation",)),
    Stored("booking", ("invitations",), "links that book once", invitations.INVITATION, ("invitation",)),
    Stored("booking", ("drafts",), "forms that are not booked yet", drafts.DRAFT, ("draft",)),
    Stored("booking", ("refused_forms",), "forms that were refused, to be shown again", refused_forms.REFUSED_PAGES,
           ("refused-forms",)),
    Stored("booking", ("closures",), "closures of staff and calendar feeds", closures.CLOSURE, ("closure",)),
    Stored("booking", ("configurations",), "configuration texts by version", versioned_documents.VERSION,
           ("configuration",)),
    Stored("booking", ("removed_entries",), "removed parts of configurations", removed_entries.REMOVED_ENTRY,
           ("removed-entry",)),
    Stored("booking", ("erasures",), "erasures of residents' data", erasures.ERASURE, ("erasure",)),
    Stored("booking", ("arrival_numbers",), "numbers of appointments in the hall", arrival_numbers.ARRIVAL_NUMBER,
           ("arrival-number",)),
    Stored("booking", ("visit_notes",), "internal notes about visits", visit_notes.NOTES_OF_VISIT, ("visit-notes",)),
    Stored("booking", ("visit_notes",), "one note", visit_notes.NOTE, ("visit-note",), "notes"),
    Stored("booking", ("feedback",), "residents' feedback", feedback.RATING, ("feedback",)),
    Stored("booking", ("files.files",), "uploaded files (GridFS)", files.FILE_METADATA, ("file", "pending-file"),
           "metadata"),
    Stored("booking", ("audit",), "who read or changed data of residents", audit.AUDIT_ENTRY, ("audit",)),
    Stored("notification", ("messages",), "messages, without address or text", messages.MESSAGE,
           ("message", "planned-message")),
    Stored("notification", ("plans",), "message plans by version", versioned_documents.VERSION, ("plan",)),
    Stored("notification", ("unwanted",), "suppressed addresses, by mark", suppressions.SUPPRESSION, ("suppression",)),
    Stored("notification", ("reports",), "weekly reports that were sent", reports.REPORT, ("report",)),
    Stored("notification", ("webhooks",), "webhook subscriptions", webhooks.SUBSCRIPTION, ("subscription",)),
    Stored("notification", ("webhook_deliveries",), "events for webhooks", webhooks.DELIVERY, ("delivery",)),
    *(
        Stored("reporting", (f"{kind}_*",), f"facts: {kind}", codec, (kind,))
        for kind, codec in facts.CODECS.items()
    ),
    Stored("reporting", ("counts_*",), "counts of a day, month or year and slice", counts.COUNTS_OF_PERIOD,
           ("counts-of-period",)),
    Stored("reporting", ("days_*", "months_*"), "counts of release 0.1", earlier_counts.COUNTS, ("counts",)),
    Stored("reporting", ("generations",), "the projections in use", projections.NUMBERS, ("projection",), "_id: now"),
    Stored("reporting", ("generations",), "progress of a rebuild", projections.PROGRESS, ("rebuild",), "_id: rebuild"),
    Stored("reporting", ("reference_values",), "the baseline and the targets of figures",
           reference_values.REFERENCE_VALUES, ("reference-values",)),
    Stored("gateway", ("accounts",), "accounts of staff", accounts.ACCOUNT, ("account",)),
    Stored("gateway", ("sessions",), "sessions of staff", sessions.SESSION, ("session",)),
    Stored("gateway", ("session_confirmations",), "when the user of a session gave the password again",
           sessions.CONFIRMATION, ("session-confirmation",)),
    Stored("gateway", ("credentials",), "second factors, and the expiry of first passwords", credentials.CREDENTIALS,
           ("credentials",)),
    Stored("gateway", ("known_devices",), "browsers in which an account has logged in", known_devices.KNOWN_DEVICE,
           ("known-device",)),
    Stored("gateway", ("workplaces",), "whose day a user opens, and where they work", workplaces.WORKPLACE,
           ("workplace",)),
    Stored("gateway", ("pending_logins",), "logins that wait for a code", pending_logins.PENDING_LOGIN,
           ("pending-login",)),
    Stored("gateway", ("api_keys",), "API keys", keys.KEY, ("key",)),
    Stored("gateway", ("access_log",), "logins and changes to access", access_log.ACCESS_LOG_ENTRY,
           ("access-log-entry",)),
    Stored("gateway", ("logins",), "logins in progress with the identity provider", provider.LOGIN, ("login",)),
    Stored("gateway", ("stamps",), "unused stamps of the proof of work", proof_of_work.ISSUED_STAMP, ("stamp",)),
    Stored("chassis", ("event_log",), "events; also in `outbox` of a document", event_documents.EVENT, ("event",)),
    Stored("chassis", ("samples", "announced"), "events that belong to no document", publish_once.PUBLISHED,
           ("published",)),
    Stored("chassis", ("idempotency_keys",), "commands with an idempotency key", idempotency.STORED_COMMAND,
           ("idempotency-key",)),
)  # fmt: skip

UNCODED = (
    Uncoded("chassis", "schema", "the major version of the database", "it must be readable by every release"),
    Uncoded("booking", "agendas", "names, bitmap and owners of an agenda", "only bit operators write the words"),
    Uncoded("booking", "ticket_numbers", "the last number of a location and day", "a counter"),
    Uncoded("booking", "closure_revisions", "the number of changes of a municipality", "a counter"),
    Uncoded("booking", "pseudonym_keys", "the id of the key of pseudonyms", "it never changes"),
    Uncoded("booking", "card_progress", "the time until which orphaned cards were deleted", "a counter"),
    Uncoded("booking", "removed_entries", "the last version that was compared", "a counter"),
    Uncoded("booking", "clients", "permits in use", "only an update pipeline writes them; each lives for minutes"),
    Uncoded("booking", "files.chunks", "content of files", "written by GridFS"),
    Uncoded("reporting", "counts_*", "the number of changes of a municipality", "a counter"),
    Uncoded("reporting", "days_numbers_*", "numbers of counts of release 0.1", "a counter"),
    Uncoded("reporting", "months_numbers_*", "numbers of counts of release 0.1", "a counter"),
    Uncoded(
        "gateway",
        "login_attempts",
        "counts of wrong passwords and codes",
        "only an update pipeline writes them; each lives for hours",
    ),
    Uncoded("gateway", "counters", "rate limits", "written by the library limits"),
    Uncoded("gateway", "windows", "rate limits", "written by the library limits"),
)
