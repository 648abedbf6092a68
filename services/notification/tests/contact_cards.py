"""Contact cards as booking returns them."""

from typing import Any


def a_contact_card(**changes: Any) -> dict[str, Any]:
    contact = {"name": "Lieve Demo", "email": "lieve@example.org", "phone": None, "language": "nl"}
    contact |= changes.pop("contact", {})
    return {
        "contact": contact,
        "contact_mark": "mark-1",
        "link_token": "TOKEN",
        "municipality": {
            "id": "rumst", "name": {"nl": "Gemeente Rumst", "fr": "Commune de Rumst"}, "time_zone": "Europe/Brussels",
            "languages": ["nl"], "email": "omgeving@rumst.example", "phone": "+3235550100", "website": None,
        },
        "id": "a1",
        "reference": "7K3Q-9F2M",
        "state": "booked",
        "sequence": 1,
        "appointment_types": [{"id": "bouwadvies", "name": {"nl": "Bouwadvies", "fr": "Conseil"}}],
        "bring": [{"nl": "Een plan", "fr": "Un plan"}],
        "location": {
            "id": "gemeentehuis", "name": {"nl": "Gemeentehuis"}, "channel": "on_site", "time_zone": "Europe/Brussels",
            "address": {"street": "Plein 1", "postcode": "2840", "city": "Rumst"}, "directions": {"nl": "Met lift."},
        },
        "team": {"id": "ro", "name": {"nl": "Ruimtelijke ordening"}, "email": None},
        "with": ["An"],
        "persons": 1,
        "start": "2026-11-30T10:00:00+01:00",
        "end": "2026-11-30T10:45:00+01:00",
        "time_zone": "Europe/Brussels",
        "language": "nl",
        "allowed": ["cancelled"],
        **changes,
    }  # fmt: skip


OFFERED = {
    "waiting_list": {
        "offer": {
            "start": "2026-11-26T09:00:00+01:00", "end": "2026-11-26T09:45:00+01:00",
            "expires_at": "2026-11-24T15:15:00+01:00",
        }
    }
}  # fmt: skip
ASKED = {"asked": [{"text": "Wie is uw architect?", "answer": None}]}
MISSING = {"missing_documents": [{"nl": "Het plan", "fr": "Le plan"}]}
