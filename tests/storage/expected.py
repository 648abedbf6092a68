"""What each golden document says, as the dataclass that reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bson import ObjectId

from loket_booking.domain.appointment import Appointment
from loket_booking.domain.availability import Preference
from loket_booking.domain.capacity import Capacity
from loket_booking.domain.lifecycle import HistoryEntry
from loket_booking.domain.provisional import Provisional
from loket_booking.domain.resource_day import AgendaKey, Placement
from loket_booking.domain.ticket import Ticket
from loket_booking.domain.waiting_list import Entry, Offer
from loket_booking.store.arrival_numbers import ArrivalNumber
from loket_booking.store.audit import AuditEntry
from loket_booking.store.cards import Card
from loket_booking.store.closures import StoredClosure
from loket_booking.store.codecs import StoredClaim, StoredHold
from loket_booking.store.drafts import Draft
from loket_booking.store.erasures import Erasure
from loket_booking.store.fallback_links import FallbackLink, Rotation
from loket_booking.store.feedback import Rating
from loket_booking.store.files import FileMetadata
from loket_booking.store.invitations import Invitation
from loket_booking.store.link_generations import LinkGeneration
from loket_booking.store.refused_forms import RefusedPage, RefusedPages
from loket_booking.store.removed_entries import RemovedEntry
from loket_booking.store.visit_notes import Note, NotesOfVisit
from loket_chassis.messaging.publish_once import Published
from loket_chassis.storage.idempotency import StoredCommand
from loket_chassis.storage.versioned_documents import Version
from loket_contracts.envelope import Event
from loket_gateway.access.accounts import Account
from loket_gateway.access.audit import AccessLogEntry
from loket_gateway.access.credentials import Credentials
from loket_gateway.access.keys import Key
from loket_gateway.access.known_devices import KnownDevice
from loket_gateway.access.pending_logins import PendingLogin
from loket_gateway.access.provider import Login
from loket_gateway.access.roles import Grant
from loket_gateway.access.sessions import Confirmation, Session
from loket_gateway.access.workplaces import Workplace
from loket_gateway.http.proof_of_work import IssuedStamp
from loket_notification.store.messages import Attempt, Message
from loket_notification.store.reports import Report
from loket_notification.store.suppressions import Suppression
from loket_notification.webhooks.store import DeliveryAttempt, StoredDelivery, StoredSubscription
from loket_reporting.domain.facts import (
    AppliedEvent,
    AppointmentFact,
    CapacityFact,
    MessageFact,
    SampleFact,
    Score,
    TicketFact,
    WaitingFact,
)
from loket_reporting.domain.reference_values import ReferenceValues
from loket_reporting.store.counts import CountsOfPeriod
from loket_reporting.store.earlier_counts import StoredCounts
from loket_reporting.store.projections import Numbers, Progress


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


EXPECTED: dict[str, Any] = {
    "booking/claim": StoredClaim(
        id="4dfbcdcaec0851618df36e5acc1a0c5d",
        start=117,
        end=131,
        appointment=Appointment(
            id="4dfbcdcaec0851618df36e5acc1a0c5d",
            municipality="rumst",
            state="completed",
            appointment_types=("bouwadvies",),
            team="ruimtelijke-ordening",
            location="gemeentehuis",
            channel="on_site",
            resources=("ro-1",),
            persons=1,
            start=utc(2026, 11, 30, 9, 0),
            end=utc(2026, 11, 30, 9, 45),
            time_zone="Europe/Brussels",
            language="nl",
            booked_at=utc(2026, 11, 24, 8, 0),
            booked_by="resident",
            sequence=5,
            history=(
                HistoryEntry(command="book", at=utc(2026, 11, 24, 8, 0), by="resident"),
                HistoryEntry(command="ask", at=utc(2026, 11, 24, 8, 0), by="staff", who="ro-1"),
                HistoryEntry(command="check_in", at=utc(2026, 11, 30, 9, 0), by="staff", who="ro-1"),
                HistoryEntry(command="start", at=utc(2026, 11, 30, 9, 0), by="staff", who="ro-1"),
                HistoryEntry(command="complete", at=utc(2026, 11, 30, 9, 30), by="staff", who="ro-1"),
            ),
            desk="loket 2",
            outcome="answered",
        ),
        placements=(Placement(agenda=AgendaKey("rumst", "ro-1", dt.date(2026, 11, 30)), start=117, end=131),),
    ),
    "booking/hold": StoredHold(
        id="bad2980761495071a991fe0e3bb280c8",
        start=117,
        end=131,
        expires=utc(2026, 11, 24, 8, 10),
        appointment=Appointment(
            id="bad2980761495071a991fe0e3bb280c8",
            municipality="rumst",
            state="held",
            appointment_types=("bouwadvies",),
            team="ruimtelijke-ordening",
            location="gemeentehuis",
            channel="on_site",
            resources=("ro-1",),
            persons=1,
            start=utc(2026, 11, 30, 9, 0),
            end=utc(2026, 11, 30, 9, 45),
            time_zone="Europe/Brussels",
            language="nl",
            booked_at=utc(2026, 11, 24, 8, 0),
            booked_by="resident",
            sequence=0,
        ),
        placements=(Placement(agenda=AgendaKey("rumst", "ro-1", dt.date(2026, 11, 30)), start=117, end=131),),
        fingerprint="0e20800ca5007ab9a21247d8a84df8f9c84f97246445ec8955d432fa268c7104",
    ),
    "booking/ticket": Ticket(
        id="rumst/gemeentehuis/2026-11-30/1",
        municipality="rumst",
        location="gemeentehuis",
        number=1,
        team="ruimtelijke-ordening",
        appointment_types=("openbaar-onderzoek",),
        persons=1,
        language="nl",
        time_zone="Europe/Brussels",
        arrived_at=utc(2026, 11, 30, 8, 0),
        state="in_service",
        sequence=2,
        resource="ro-1",
        desk="Loket 3",
        history=(
            HistoryEntry(command="issue", at=utc(2026, 11, 30, 8, 0), by="resident"),
            HistoryEntry(command="call", at=utc(2026, 11, 30, 8, 0), by="staff", who="ro-1"),
        ),
    ),
    "booking/waiting-list-entry": Entry(
        id="a3839551f40d52358a026cd2ac3e94bb",
        municipality="rumst",
        state="offered",
        appointment_types=("bouwadvies",),
        team="ruimtelijke-ordening",
        location="gemeentehuis",
        persons=1,
        time_zone="Europe/Brussels",
        start=utc(2026, 12, 2, 9, 0),
        joined_at=utc(2026, 11, 24, 8, 0),
        preference=Preference(weekdays=frozenset({0, 1}), after=dt.time(9, 0), before=dt.time(17, 0)),
        not_before=dt.date(2026, 11, 25),
        offer=Offer(
            hold="5bedf544f7974c228f858c5d4febc221",
            start=utc(2026, 11, 30, 8, 15),
            end=utc(2026, 11, 30, 9, 0),
            expires=utc(2026, 11, 24, 12, 0),
        ),
        sequence=2,
    ),
    "booking/provisional-booking": Provisional(
        id="a3839551f40d52358a026cd2ac3e94bb",
        municipality="rumst",
        hold="5bedf544f7974c228f858c5d4febc221",
        key="form 5bedf544f7974c228f858c5d4febc221",
        fingerprint="7b0f4c35",
        confirm_by="email",
        expires=utc(2026, 11, 24, 8, 30),
        contact={"name": "Lieve Demo", "email": "lieve@example.org", "phone": None, "language": "nl"},
        answers={"perceel": "Kerkstraat 1"},
        contact_mark="tHPrXkq3",
        destination="lieve@example.org",
        salt="30f1a2b4c5d6e7f8",
        round=2,
        attempts=1,
        sends=1,
        sequence=3,
        confirmed_at=utc(2026, 11, 24, 8, 5),
    ),
    "booking/capacity": Capacity(
        municipality="rumst", resource="ro-1", date=dt.date(2026, 11, 24), minutes=180, sequence=1
    ),
    "booking/card": Card(
        id="4dfbcdcaec0851618df36e5acc1a0c5d",
        municipality="rumst",
        reference="J2ZX-G7SA",
        contact={"name": "Lieve Demo", "email": "lieve@example.org", "phone": None, "language": "nl"},
        answers={"perceel": "x", "werken": "slopen"},
        agenda="rumst/ro-1/2026-11-30",
        visit_date="2026-11-30",
        token_hash="f629c2607432f9e3de5f45edc6a031bb1c23f278abbbbe8aaaa35cee5ea04423",
        fingerprint="c64d3b691bc150ac71a49bb756d119791e2fb67f68f13309351791696a748c72",
        created_at=utc(2026, 11, 24, 8, 0),
        types=["bouwadvies"],
        contact_mark="ptXRJMQNgo9ZezHBcyFwWZ0TV9LDPG3cN5mvzz5FJHU",
        places=["rumst/ptXRJMQNgo9ZezHBcyFwWZ0TV9LDPG3cN5mvzz5FJHU/bouwadvies/1"],
        files=[
            {
                "id": "6b09be2a0d21877636ddcef9",
                "question": None,
                "name": "plan.pdf",
                "media_type": "application/pdf",
                "size": 20,
                "at": utc(2026, 11, 24, 8, 0),
            }
        ],
        requests=[
            {
                "text": "Wie is uw architect?",
                "at": utc(2026, 11, 24, 8, 0),
                "who": "ro-1",
                "answer": None,
                "answered_at": None,
            }
        ],
        name_words=["lieve", "demo"],
        companions=[{"name": "Jan Demo", "email": "jan@example.org", "invited": 2, "withdrawn": None}],
    ),
    "booking/invitation": Invitation(
        id="6d0adb36cd944ee98018efab8bf969c6",
        municipality="rumst",
        appointment_type="bouwadvies",
        resource="ro-1",
        location=None,
        file_reference="OMV-2026-0042",
        made_by="ro-1",
        made_at=utc(2026, 11, 24, 8, 0),
        expires=utc(2026, 12, 24, 8, 0),
    ),
    "booking/draft": Draft(
        id="4c9d260eeeec5d169bc577b086e36610",
        municipality="rumst",
        expires=utc(2026, 11, 24, 9, 10),
        answers={"perceel": "x", "werken": "slopen"},
        contact={"name": "Lieve Demo", "email": "lieve@example.org", "language": "nl"},
    ),
    "booking/refused-forms": RefusedPages(
        id="4c9d260eeeec5d169bc577b086e36610",
        municipality="rumst",
        expires=utc(2026, 11, 24, 9, 10),
        pages=[
            RefusedPage(
                page="contact",
                typed=[["name", "Lieve Demo"], ["email", "lieve"]],
                wrong=[["email", "This is not an e-mail address we can write to."]],
            )
        ],
    ),
    "booking/closure": StoredClosure(
        first=dt.date(2026, 12, 24),
        last=dt.date(2026, 12, 24),
        reason={"nl": "Opleiding"},
        start=dt.time(13, 0),
        end=dt.time(17, 0),
        id="7b4c0a9252874604bc0118365b5b864b",
        municipality="rumst",
        resource="ro-1",
        source="staff",
        made_by="ro-1",
        made_at=utc(2026, 11, 24, 8, 0),
    ),
    "booking/configuration": Version(
        municipality="rumst",
        version=1,
        text="id: rumst\nname: {nl: Gemeente Rumst}\n",
        by="test",
        at=utc(2026, 11, 24, 8, 0),
    ),
    "booking/removed-entry": RemovedEntry(municipality="rumst", section="resources", name="zaal-es", version=1),
    "booking/erasure": Erasure(
        id="erasure-7529593b50524218ac5c0d29a1c124bd",
        at=utc(2026, 11, 24, 8, 0),
        appointments=("a3839551f40d52358a026cd2ac3e94bb",),
        done=True,
    ),
    "booking/fallback-link": FallbackLink(
        id="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        appointment="a3839551f40d52358a026cd2ac3e94bb",
        key_id="Q2x1Y2sh",
    ),
    "booking/link-generation": LinkGeneration(
        id="a3839551f40d52358a026cd2ac3e94bb", generation=2, replaced_at=utc(2026, 11, 24, 9, 0)
    ),
    "booking/key-rotation": Rotation(
        id="Q2x1Y2sh R3JlZW4h",
        started_at=utc(2026, 11, 24, 8, 0),
        last="",
        passes=1,
        passed_at=utc(2026, 11, 24, 8, 1),
    ),
    "booking/feedback": Rating(
        id="4dfbcdcaec0851618df36e5acc1a0c5d",
        municipality="rumst",
        score=4,
        comment="Vlot geholpen.",
        at=utc(2026, 11, 30, 9, 30),
    ),
    "booking/arrival-number": ArrivalNumber(
        id="4dfbcdcaec0851618df36e5acc1a0c5d", number=3, at=utc(2026, 11, 30, 8, 55)
    ),
    "booking/visit-note": Note(text="Belt morgen terug.", at=utc(2026, 11, 30, 9, 30), who="account:avertommen"),
    "booking/visit-notes": NotesOfVisit(
        id="4dfbcdcaec0851618df36e5acc1a0c5d",
        notes=(Note(text="Belt morgen terug.", at=utc(2026, 11, 30, 9, 30), who="account:avertommen"),),
    ),
    "booking/file": FileMetadata(appointment="4dfbcdcaec0851618df36e5acc1a0c5d"),
    "booking/pending-file": FileMetadata(
        appointment="c4889999c4ee5fdba016bf2dae8845cf",
        waits={
            "question": "plannen",
            "name": "plan.pdf",
            "media_type": "application/pdf",
            "size": 20,
            "at": utc(2026, 11, 24, 8, 0),
        },
        until=utc(2026, 11, 24, 9, 10),
    ),
    "booking/audit": AuditEntry(
        municipality="rumst",
        at=utc(2026, 11, 24, 8, 0),
        by="staff",
        who="ro-1",
        action="changed",
        appointment="4dfbcdcaec0851618df36e5acc1a0c5d",
        detail="file added",
    ),
    "notification/message": Message(
        municipality="rumst",
        appointment="a1",
        sequence=1,
        kind="confirmation",
        channel="email",
        start=utc(2026, 11, 30, 9, 0),
        time_zone="Europe/Brussels",
        due_at=utc(2026, 11, 24, 9, 0),
        until=utc(2026, 11, 29, 9, 0),
        state="sent",
        planned_at=utc(2026, 11, 24, 9, 0),
        attempts=1,
        settled_at=utc(2026, 11, 24, 9, 1),
        provider="smtp",
        provider_id="provider-1",
        person="mark-1",
        tries=(Attempt(at=utc(2026, 11, 24, 9, 1), provider="smtp", outcome="sent"),),
    ),
    "notification/planned-message": Message(
        municipality="rumst",
        appointment="a1",
        sequence=1,
        kind="reminder",
        channel="email",
        start=utc(2026, 11, 30, 9, 0),
        time_zone="Europe/Brussels",
        due_at=utc(2026, 11, 27, 9, 0),
        until=utc(2026, 11, 30, 9, 0),
        state="planned",
        planned_at=utc(2026, 11, 24, 9, 0),
        next_at=utc(2026, 11, 27, 9, 0),
    ),
    "notification/plan": Version(
        municipality="rumst",
        version=1,
        text="municipality: rumst\nsender: Rumst\n",
        by="test",
        at=utc(2026, 11, 24, 9, 0),
    ),
    "notification/suppression": Suppression(
        municipality="rumst", mark="mark-1", channel="sms", why="opted-out", at=utc(2026, 11, 24, 9, 0)
    ),
    "notification/report": Report(
        id="report-rumst/ro/2026-W48.1", until=utc(2026, 11, 24, 9, 2), sent_at=utc(2026, 11, 24, 9, 0, 2)
    ),
    "notification/subscription": StoredSubscription(
        id="4973607dc7a54010bea56a85adce35dd",
        municipality="rumst",
        owner="portal",
        url="https://portal.example/hook",
        types=("appointment.booked.v1",),
        secret="whsec_eA==",
        made_at=utc(2026, 11, 24, 9, 0),
        failing_since=utc(2026, 11, 24, 9, 0),
    ),
    "notification/delivery": StoredDelivery(
        key="c2413262cb00891d463ee5e927d4e2609867298f9a776ca2dff3610502e58513",
        subscription="4973607dc7a54010bea56a85adce35dd",
        municipality="rumst",
        event="e1.1",
        type="appointment.booked.v1",
        body="{}",
        made_at=utc(2026, 11, 24, 9, 0),
        id=ObjectId("6b09be2d0d21877636ddcf02"),
        due=utc(2026, 11, 24, 9, 0, 5),
        failed=1,
        tries=(DeliveryAttempt(at=utc(2026, 11, 24, 9, 0), status=500, error=None),),
    ),
    "reporting/reference-values": ReferenceValues(
        id="rumst", baseline={"waited_median": 21.5}, weeks=None, targets={"on_time_share": 90.0}, version=2, by="an"
    ),
    "reporting/appointments": AppointmentFact(
        id="a1",
        municipality="rumst",
        told=(
            AppliedEvent(id="a1.1", name="appointment.booked", sequence=1, time=utc(2026, 11, 24, 8, 0)),
            AppliedEvent(id="feedback-a1.1", name="feedback.given", sequence=1, time=utc(2026, 11, 30, 15, 40)),
            AppliedEvent(id="a1.2", name="appointment.checked_in", sequence=2, time=utc(2026, 11, 30, 14, 0)),
            AppliedEvent(id="a1.3", name="appointment.started", sequence=3, time=utc(2026, 11, 30, 14, 10)),
            AppliedEvent(id="a1.4", name="appointment.completed", sequence=4, time=utc(2026, 11, 30, 14, 40)),
        ),
        newest={
            "appointment_types": ["bouwadvies"],
            "team": "ruimtelijke-ordening",
            "location": "gemeentehuis",
            "time_zone": "Europe/Brussels",
            "state": "completed",
            "channel": "on_site",
            "resources": ["ro-1"],
            "persons": 1,
            "start": utc(2026, 11, 30, 8, 0),
            "end": utc(2026, 11, 30, 8, 45),
            "booked_at": utc(2026, 11, 24, 10, 15),
            "booked_by": "resident",
            "cancelled_by": None,
            "outcome": "answered",
            "follows": None,
            "sequence": 4,
            "event": "appointment.completed",
        },
        feedback=Score(score=5, has_comment=False),
        day="2026-11-30",
        stale_days=("2026-11-30",),
        version=5,
        team="ruimtelijke-ordening",
        location="gemeentehuis",
        types=("bouwadvies",),
        state="completed",
        hour=9,
        outcome="answered",
        waited=10,
        served=30,
        channel="on_site",
        resources=("ro-1",),
        persons=1,
        booked_by="resident",
        planned=45,
        lead=8505,
    ),
    "reporting/tickets": TicketFact(
        id="t1",
        municipality="rumst",
        told=(
            AppliedEvent(id="t1.1", name="ticket.issued", sequence=1, time=utc(2026, 11, 24, 8, 0)),
            AppliedEvent(id="t1.2", name="ticket.called", sequence=2, time=utc(2026, 11, 24, 8, 10)),
        ),
        newest={
            "appointment_types": ["openbaar-onderzoek"],
            "team": "ruimtelijke-ordening",
            "location": "gemeentehuis",
            "time_zone": "Europe/Brussels",
            "state": "in_service",
            "arrived_at": utc(2026, 11, 30, 8, 5),
            "outcome": None,
            "follows": None,
            "sequence": 2,
            "event": "ticket.called",
        },
        day="2026-11-30",
        stale_days=("2026-11-30",),
        version=2,
        team="ruimtelijke-ordening",
        location="gemeentehuis",
        types=("openbaar-onderzoek",),
        state="in_service",
        hour=9,
        waited=10,
    ),
    "reporting/waiting": WaitingFact(
        id="waiting-a1",
        municipality="rumst",
        told=(
            AppliedEvent(id="waiting-a1.1", name="waiting_list.joined", sequence=1, time=utc(2026, 11, 24, 8, 0)),
            AppliedEvent(id="waiting-a1.2", name="waiting_list.offered", sequence=2, time=utc(2026, 11, 24, 8, 5)),
        ),
        newest={
            "appointment_types": ["bouwadvies"],
            "team": "ruimtelijke-ordening",
            "location": "gemeentehuis",
            "time_zone": "Europe/Brussels",
            "reason": None,
            "sequence": 2,
            "event": "waiting_list.offered",
        },
        day="2026-11-24",
        stale_days=("2026-11-24",),
        version=2,
        team="ruimtelijke-ordening",
        location="gemeentehuis",
        types=("bouwadvies",),
        state="offered",
        offers=1,
    ),
    "reporting/capacities": CapacityFact(
        id="capacity-x",
        municipality="rumst",
        told=(AppliedEvent(id="capacity-x.1", name="capacity.changed", sequence=1, time=utc(2026, 11, 24, 8, 0)),),
        newest={
            "resource": "ro-1",
            "team": "ruimtelijke-ordening",
            "kind": "person",
            "date": "2026-11-30",
            "offered_minutes": 330,
            "sequence": 1,
            "event": "capacity.changed",
        },
        day="2026-11-30",
        stale_days=("2026-11-30",),
        version=1,
        team="ruimtelijke-ordening",
        resource="ro-1",
        is_person=True,
        offered=330,
    ),
    "reporting/samples": SampleFact(
        id="sample-x",
        municipality="rumst",
        told=(AppliedEvent(id="sample-x.1", name="availability.sampled", sequence=1, time=utc(2026, 11, 24, 8, 0)),),
        newest={
            "appointment_type": "bouwadvies",
            "team": "ruimtelijke-ordening",
            "location": "gemeentehuis",
            "date": "2026-11-24",
            "first_after_days": 2,
            "third_after_days": 3,
            "sequence": 1,
            "event": "availability.sampled",
        },
        day="2026-11-24",
        stale_days=("2026-11-24",),
        version=1,
        team="ruimtelijke-ordening",
        location="gemeentehuis",
        types=("bouwadvies",),
        first=2,
        third=3,
    ),
    "reporting/messages": MessageFact(
        id="m1",
        municipality="rumst",
        told=(AppliedEvent(id="m1.1", name="notification.sent", sequence=1, time=utc(2026, 11, 24, 8, 1)),),
        newest={"channel": "email", "sequence": 1, "event": "notification.sent"},
        day="2026-11-24",
        stale_days=("2026-11-24",),
        version=1,
        state="sent",
        channel="email",
    ),
    "reporting/counts-of-period": CountsOfPeriod(
        municipality="rumst",
        part="month",
        period="2026-11",
        slice="team:milieu",
        counts={"appointments": 2, "lead:8": 1},
    ),
    "reporting/counts": StoredCounts(
        municipality="rumst",
        day="2026-11-30",
        slice="*",
        number=1,
        counts={
            "appointments": 1,
            "state:completed": 1,
            "booked_by:resident": 1,
            "channel:on_site": 1,
            "persons": 1,
            "lead:23": 1,
            "hour:0:9": 1,
            "booked_minutes": 45,
            "waited:10": 1,
            "served:30": 1,
            "served_sum": 30,
            "outcome:answered": 1,
            "first_contact": 1,
            "planned_of_served": 45,
            "served_minutes": 30,
            "score:5": 1,
            "tickets": 1,
            "ticket_state:in_service": 1,
            "ticket_hour:9": 1,
            "ticket_waited:10": 1,
            "offered_minutes": 330,
        },
    ),
    "reporting/projection": Numbers(),
    "reporting/rebuild": Progress(state="running", at=utc(2026, 11, 24, 8, 0), events=12, of=30),
    "gateway/account": Account(
        name="avertommen",
        municipality="rumst",
        grants=(Grant(role="lead", team="milieu"), Grant(role="agent")),
        password="$argon2id$v=19$m=8,t=1,p=1$ZmljdGl0aW91cw$ZmljdGl0aW91cw",
        must_change=True,
        last_login=utc(2026, 11, 24, 8, 0),
    ),
    "gateway/session": Session(
        id="ebe74558854f25c7fbc55eef1a53c511c3710f7fb70f479b5782711931f9a972",
        municipality="rumst",
        name="avertommen",
        csrf_token="Zm99zginFT-i6I_qe_4SfpUdH7DkA9iu",
        expires=utc(2026, 11, 24, 18, 0),
        seen=utc(2026, 11, 24, 8, 0),
    ),
    "gateway/session-confirmation": Confirmation(
        id="ebe74558854f25c7fbc55eef1a53c511c3710f7fb70f479b5782711931f9a972", expires=utc(2026, 11, 24, 8, 10)
    ),
    "gateway/credentials": Credentials(
        id="rumst/avertommen",
        first_password_expires=utc(2026, 12, 1, 8, 0),
        totp="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        new_totp="KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU",
        last_step=59_799_360,
        recovery_codes=("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",),
    ),
    "gateway/known-device": KnownDevice(
        id="9eaa1906d004c1154c2a622e8f297214924ba258d72ac9d193dab6caaeaff587",
        browser="0cfc3ddeb928cd5f6d74aeefb0c3b71653b8dcf47aea0b5fa36fbb53f5a59892",
        account="rumst/avertommen",
        expires=utc(2027, 5, 23, 8, 0),
    ),
    "gateway/workplace": Workplace(
        id="rumst/avertommen", people=("ro-1", "ro-2"), location="gemeentehuis", counter="Loket 2", view="mine"
    ),
    "gateway/pending-login": PendingLogin(
        id="afafea5b74cea046098477ad12d3fcd526802a6554c18da8dfacd91c2fbeef5c",
        municipality="rumst",
        name="avertommen",
        there="/rumst/balie",
        expires=utc(2026, 11, 24, 8, 5),
    ),
    "gateway/key": Key(
        id="1f375832563b",
        municipality="rumst",
        name="portaal-stad",
        grants=(Grant(role="portal"),),
        hashes=(
            ("0cfc3ddeb928cd5f6d74aeefb0c3b71653b8dcf47aea0b5fa36fbb53f5a59892", utc(2026, 11, 25, 8, 0)),
            ("9eaa1906d004c1154c2a622e8f297214924ba258d72ac9d193dab6caaeaff587", None),
        ),
        made_at=utc(2026, 11, 24, 8, 0),
        used_on="2026-11-24",
    ),
    "gateway/access-log-entry": AccessLogEntry(
        municipality="rumst", at=utc(2026, 11, 24, 8, 0), who="avertommen", action="login"
    ),
    "gateway/login": Login(
        id="afafea5b74cea046098477ad12d3fcd526802a6554c18da8dfacd91c2fbeef5c",
        municipality="rumst",
        there="/rumst/balie",
        nonce="1MhacvQitu5jPGFIEjTvKS96yYwsZO5W",
        verifier="verifier",
        at=utc(2026, 11, 24, 8, 0),
    ),
    "gateway/stamp": IssuedStamp(stamp="qb8e3dzIwTZYStSDSZ5gkniPGqvzpIfJ", at=utc(2026, 11, 27, 17, 30, 23, 802000)),
    "chassis/event": Event(
        id="4dfbcdcaec0851618df36e5acc1a0c5d.1",
        type="appointment.booked.v1",
        source="loket/booking",
        municipality="rumst",
        subject="4dfbcdcaec0851618df36e5acc1a0c5d",
        sequence=1,
        time=utc(2026, 11, 24, 8, 0),
        data={
            "appointment": "4dfbcdcaec0851618df36e5acc1a0c5d",
            "state": "booked",
            "appointment_types": ["bouwadvies"],
            "team": "ruimtelijke-ordening",
            "location": "gemeentehuis",
            "channel": "on_site",
            "resources": ["ro-1"],
            "persons": 1,
            "start": "2026-11-30T10:00:00+01:00",
            "end": "2026-11-30T10:45:00+01:00",
            "time_zone": "Europe/Brussels",
            "language": "nl",
            "booked_at": "2026-11-24T08:00:00+00:00",
            "booked_by": "resident",
        },
    ),
    "chassis/published": Published(
        subject="sample-rumst/stedenbouwkundige-inlichtingen/gemeentehuis/2026-11-24", at=utc(2026, 11, 24, 8, 0)
    ),
    "chassis/idempotency-key": StoredCommand(
        id="b848be0bc6484e3633a31bbc95c4aacbdf6b48165f4540c9954fdd4c25112f3d",
        body="f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310",
        at=utc(2026, 11, 24, 8, 0),
        result='{"reference": "7K3Q-9F2M"}',
    ),
}
