"""Why a step of an appointment is refused: its state does not allow it, or not at this moment."""

from __future__ import annotations

from .error_code import ErrorCode

STEP_ERRORS = (
    ErrorCode(
        "not-allowed-in-state",
        "That cannot be done any more",
        "The appointment is {state}; from there only this is possible: {allowed}.",
        "GET the appointment to see its state.",
    ),
    ErrorCode(
        "too-early",
        "It is too early for that",
        "This can be done from {opens} on.",
        "GET the appointment: `allowed` names what can be done now.",
    ),
    ErrorCode(
        "appointment-begun",
        "The appointment has begun",
        "This appointment began on {began}. It can no longer be changed here. Contact the municipality: {contact}.",
        "Ring the municipality. Staff can note what became of the visit.",
    ),
    ErrorCode(
        "appointment-over",
        "The appointment is over",
        "This appointment was on {began}. It can no longer be changed. What became of it can still be noted.",
        "Note that the resident was helped (start, then complete) or did not come (no-show).",
    ),
)
