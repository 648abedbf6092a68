"""Reason codes for cancelling, moving and missing an appointment, and which of them are the resident's.

Booking offers the codes, the pages name them, and notification decides by them whether a message apologises. A
municipality may use codes of its own instead (`reasons` in its configuration, `resident_reasons` in its message plan).
"""

from __future__ import annotations

from collections.abc import Mapping

#: the codes by command, for a municipality that configures none
USUAL_REASONS: Mapping[str, frozenset[str]] = {
    "cancel": frozenset(
        {"no-longer-needed", "ill", "other-moment", "solved-otherwise", "resident-asked", "by-municipality", "other"}
    ),
    "reschedule": frozenset(
        {"other-moment", "ill", "not-ready", "earlier", "resident-asked", "by-municipality", "other"}
    ),
    "no_show": frozenset({"no-word", "too-late", "other"}),
}

#: staff who cancel or move with one of these act for the resident, so the municipality does not apologise
RESIDENT_REASONS = frozenset(
    {"no-longer-needed", "ill", "other-moment", "solved-otherwise", "not-ready", "earlier", "resident-asked"}
)
