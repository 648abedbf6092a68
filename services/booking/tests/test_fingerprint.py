"""A command has the same fingerprint in every version, so that a client can repeat it across an upgrade."""

import dataclasses
import json

import pytest

from loket_booking.commands.fingerprint import canonical_json, fingerprint
from loket_contracts.rpc.booking.book import BookAppointment, Contact
from loket_contracts.rpc.booking.slots import HoldSlot
from loket_contracts.rpc.message import from_json

SLOT = {"appointment_types": ["advies"], "start": "2026-11-30T09:00:00+01:00"}
CONTACT = {"name": "Lieve Demo", "email": "lieve@example.org"}
#: as stored by versions until 27 November 2026. When a new field changes one of them, give the field the default None:
#: otherwise a client that repeats its request after the upgrade gets idempotency-key-reused
STORED = [
    (HoldSlot, SLOT,
     "98b448d3c4dbdff2d20cae826c57288192c51f80e6fa809f398890b6148ca377"),
    (BookAppointment, {**SLOT, "contact": CONTACT},
     "f8fb681cc2ae1bda3fd17866edd844737a9694aa9f36cc9ededcbd6e45363f12"),
    (BookAppointment, {"hold": "h1", "contact": CONTACT, "answers": {"perceel": "Kerkstraat 1"}},
     "e662496080931b01d7333a1cb052546486a70f524674092fbb7a3b058a7b12a6"),
]  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class LaterContact(Contact):
    title: str | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class LaterBooking(BookAppointment):
    interpreter: str | None = None


@pytest.mark.parametrize(("kind", "body", "stored"), STORED)
def test_the_fingerprint_of_a_command_is_stable_across_versions(kind, body, stored):
    assert fingerprint(from_json(kind, body)) == stored


def test_a_field_added_later_changes_the_fingerprint_only_with_a_value():
    command = from_json(BookAppointment, {**SLOT, "contact": CONTACT})
    fields = {each.name: getattr(command, each.name) for each in dataclasses.fields(command)}
    later = LaterBooking(**{**fields, "contact": LaterContact(**CONTACT)})
    assert fingerprint(later) == fingerprint(command)
    assert fingerprint(dataclasses.replace(later, interpreter="arabic")) != fingerprint(command)


def test_the_text_from_which_the_key_of_a_portal_is_derived_is_stable_across_versions():
    command = from_json(BookAppointment, {"hold": "h1", "contact": CONTACT})
    assert json.loads(canonical_json(command)) == {
        "answers": {}, "contact": {**CONTACT, "language": None, "phone": None}, "hold": "h1", "invitation": None,
        "location": None, "persons": 1, "resource": None,
    }  # fmt: skip
