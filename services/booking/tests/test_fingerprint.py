"""A command has the same fingerprint in every version, so that a client can repeat it across an upgrade."""

import hashlib
import json

import pytest

from loket_booking.commands.booking import _fingerprint
from loket_contracts.commands import BookAppointment, BookFollowUp, HoldSlot

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
    (BookFollowUp, SLOT,
     "a8861308226c684955d77a20befc935a70aa7ce79dff342685c20c797fc8e375"),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "body", "stored"), STORED)
def test_the_fingerprint_of_a_command_is_stable_across_versions(schema, body, stored):
    assert _fingerprint(schema().load(body)) == stored


def test_a_field_added_later_changes_the_fingerprint_only_with_a_value():
    command = BookAppointment().load({**SLOT, "contact": CONTACT})
    later = {**command, "interpreter": None, "contact": {**command["contact"], "title": None}}
    assert _fingerprint(later) == _fingerprint(command)
    assert _fingerprint({**command, "interpreter": "arabic"}) != _fingerprint(command)


def test_the_fingerprint_of_a_follow_up_is_stable_across_versions():
    command = {**BookFollowUp().load(SLOT), "contact": {**CONTACT, "phone": None, "language": None}}
    whole = hashlib.sha256(json.dumps(command, sort_keys=True, default=str).encode()).hexdigest()
    assert _fingerprint(command) == whole
