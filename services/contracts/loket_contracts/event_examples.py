"""Golden examples of what events carry, against which both sides test."""

from __future__ import annotations

APPOINTMENT = {
    "appointment": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11",
    "state": "booked",
    "appointment_types": ["bouwadvies"],
    "team": "ruimtelijke-ordening",
    "location": "gemeentehuis",
    "channel": "on_site",
    "resources": ["ro-1"],
    "persons": 1,
    "start": "2026-11-30T09:00:00+01:00",
    "end": "2026-11-30T09:45:00+01:00",
    "time_zone": "Europe/Brussels",
    "language": "nl",
    "booked_at": "2026-11-24T10:15:00+00:00",
    "booked_by": "resident",
}
PROVISIONAL = {
    "appointment": APPOINTMENT["appointment"],
    "state": "provisional",
    "appointment_types": ["bouwadvies"],
    "team": "ruimtelijke-ordening",
    "location": "gemeentehuis",
    "start": "2026-11-30T09:00:00+01:00",
    "end": "2026-11-30T09:45:00+01:00",
    "time_zone": "Europe/Brussels",
    "confirm_by": "email",
    "expires_at": "2026-11-24T11:45:00+01:00",
}
TICKET = {
    "ticket": "rumst/gemeentehuis/2026-11-30/12",
    "number": 12,
    "state": "waiting",
    "location": "gemeentehuis",
    "team": "ruimtelijke-ordening",
    "appointment_types": ["openbaar-onderzoek"],
    "persons": 1,
    "language": "nl",
    "time_zone": "Europe/Brussels",
    "arrived_at": "2026-11-30T08:05:00+00:00",
}
WAITING = {
    "appointment": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11",
    "appointment_types": ["bouwadvies"],
    "team": "ruimtelijke-ordening",
    "location": "gemeentehuis",
    "persons": 1,
    "start": "2026-11-30T08:00:00+00:00",
    "time_zone": "Europe/Brussels",
}
OFFERED = {**WAITING, "offered_start": "2026-11-26T09:00:00+00:00", "expires_at": "2026-11-24T14:15:00+00:00"}
MESSAGE = {
    "message": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11:1:confirmation:email",
    "appointment": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11",
    "template": "confirmation",
    "channel": "email",
}
