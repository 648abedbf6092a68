"""Booking describes an appointment with exactly the fields of the gateway's schemas."""

from types import SimpleNamespace

import pytest
from builders import a_municipality, utc

from loket_booking.domain import appointment as appointment_lifecycle
from loket_booking.domain.appointment_spec import spec_for
from loket_booking.domain.lifecycle import Actor
from loket_booking.domain.opening_hours import Calendar
from loket_booking.domain.resource_day import AgendaKey, Placement
from loket_booking.queries.appointments import AppointmentQueries
from loket_booking.queries.dossiers import DossierQueries
from loket_booking.store.cards import Card
from loket_gateway import schemas

NOW, START = utc(2026, 11, 24, 8), utc(2026, 11, 30, 8)
RUMST = a_municipality()
CARD = Card(
    id="a1", municipality="rumst", reference="7K3Q-9F2M", answers={}, agenda="", visit_date="2026-11-30",
    contact={"name": "Lieve Demo", "email": "lieve@example.org"}, token_hash="", fingerprint="", created_at=NOW,
)  # fmt: skip


def fields_of(schema):
    return {field.data_key or name for name, field in schema().fields.items()}


def booked():
    spec, agenda = spec_for(RUMST, ["advies"], 1, None), AgendaKey("rumst", "ro-1", START.date())
    held = appointment_lifecycle.hold("a1", "rumst", spec, [Placement(agenda, 108, 114)], START, NOW, "resident")
    return appointment_lifecycle.book(RUMST, held, now=NOW, by=Actor("resident"), language="nl")[0]


@pytest.fixture
def stores():
    """Only the configuration: the appointment has no invitation, earlier visits or place on a waiting list."""
    calendar = Calendar(RUMST)
    configurations = SimpleNamespace(calendar=lambda _: calendar, including_removed=lambda _: RUMST)
    return {"agendas": None, "cards": None, "configurations": configurations, "clock": lambda: NOW}


@pytest.fixture
def appointments(stores):
    unused = dict.fromkeys(("waiting_lists", "fallback_links", "links", "link_generations", "invitation_commands"))
    return AppointmentQueries(**stores, **unused)


def test_a_described_appointment_has_the_fields_of_its_schema(appointments):
    assert set(appointments.describe_with_entry(booked(), CARD, None)) == fields_of(schemas.Appointment)


def test_a_described_dossier_has_the_fields_of_its_schema(stores, appointments):
    audit = SimpleNamespace(record=lambda *_: None)
    notes = SimpleNamespace(of=lambda _: ())
    dossiers = DossierQueries(**stores, invitations=None, audit=audit, appointments=appointments, visit_notes=notes)
    found = dossiers.dossier(CARD, booked(), SimpleNamespace(actor=Actor("staff")))
    assert set(found) == fields_of(schemas.Dossier)
