"""Refusals that follow from entries that are taken out of a configuration."""

from __future__ import annotations

from .error_code import ErrorCode

REMOVAL_ERRORS = (
    ErrorCode(
        "appointment-type-removed",
        "This topic can no longer be booked",
        "The topic of this appointment can no longer be booked, so the appointment cannot be moved. It stays as it "
        "is: keep it, cancel it, or ring the municipality.",
        "Show what `move_refusal` says of an appointment before you offer to move it.",
    ),
    ErrorCode(
        "location-removed",
        "This appointment cannot be moved at its location",
        "The topic of this appointment is no longer given at its location. Choose another location, cancel the "
        "appointment, or ring the municipality.",
        "Give `location`: one of those in `move_to` of the appointment.",
    ),
    ErrorCode(
        "removal-not-confirmed",
        "Appointments refer to what would be removed",
        "Nothing was changed, since coming appointments refer to what would be removed: {number}.",
        "`errors` names them for each entry. They stay as they are, but can no longer be moved as before. Send the "
        "same configuration with `?confirm=true`.",
    ),
)
