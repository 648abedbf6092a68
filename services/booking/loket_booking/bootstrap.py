"""The composition root: builds the repositories on a database, and the use cases on the repositories."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from loket_chassis.messaging.outbox import CompositionRoot, Outbox
from loket_chassis.messaging.publish_once import PublishOnce
from loket_chassis.runtime.worker_process import Run, WorkerProcesses, run_here
from loket_chassis.storage.connection import Document
from loket_contracts.events import BOOKING_EXCHANGE

from .commands.allocation import Allocator
from .commands.attachments import AttachmentCommands
from .commands.booking import BookingCommands
from .commands.closures import ClosureCommands
from .commands.companions import CompanionCommands
from .commands.configuration_changes import ConfigurationCommands
from .commands.drafts import DraftCommands
from .commands.feedback import FeedbackCommands
from .commands.invitations import InvitationCommands
from .commands.lifecycle import LifecycleCommands
from .commands.limits import Limits
from .commands.link_replacement import LinkReplacementCommands
from .commands.lost_links import LostLinkCommands
from .commands.ports import Clock, Publish, Scan
from .commands.preparation import PreparationCommands
from .commands.privacy import PrivacyCommands
from .commands.provisional import ProvisionalCommands
from .commands.queue import QueueCommands
from .commands.waiting_list import WaitingListCommands
from .configuration.offload import ConfigurationReader
from .image_encoding import ImageEncoder
from .jobs.availability_sampling import AvailabilitySampling
from .jobs.capacity_publishing import CapacityPublishing
from .jobs.housekeeping import Housekeeping
from .jobs.key_rotation import KeyRotation
from .jobs.no_shows import NoShows
from .jobs.queue_closing import QueueClosing
from .jobs.retention import Retention
from .queries.access import Access
from .queries.administration import AdministrationQueries
from .queries.appointments import AppointmentQueries
from .queries.calendar_feed import CalendarFeedQueries
from .queries.catalogue import CatalogueQueries
from .queries.conflicts import ConflictQueries
from .queries.contact_cards import ContactCardQueries
from .queries.day import DayQueries
from .queries.dossiers import DossierQueries
from .queries.invitations import InvitationQueries
from .queries.search import SearchQueries
from .queries.slots import SlotQueries
from .queries.waiting_room import WaitingRoomQueries
from .store.agendas import Agendas
from .store.arrival_numbers import ArrivalNumbers
from .store.audit import Audit
from .store.capacities import Capacities
from .store.cards import Cards
from .store.clients import ClientPermits
from .store.configurations import Configurations
from .store.day_view import DayView
from .store.drafts import Drafts
from .store.erasures import Erasures
from .store.fallback_links import FallbackLinks
from .store.feedback import Feedback
from .store.files import Files
from .store.invitations import Invitations
from .store.link_generations import LinkGenerations
from .store.links import Links
from .store.provisional_bookings import ProvisionalBookings
from .store.refused_forms import RefusedForms
from .store.tickets import Tickets
from .store.visit_notes import VisitNotes
from .store.waiting_lists import WaitingLists
from .use_cases import UseCases
from .virus_scanner import VirusScanner

#: samples of availability that are yet to be published
SAMPLES = "samples"
#: the collections whose documents have an outbox
WITH_OUTBOX = (
    Agendas.NAME,
    ProvisionalBookings.NAME,
    WaitingLists.NAME,
    Tickets.NAME,
    Capacities.NAME,
    Erasures.NAME,
    Feedback.NAME,
    SAMPLES,
)


def utc_now() -> dt.datetime:
    """The time in UTC, in milliseconds as MongoDB stores it."""
    now = dt.datetime.now(dt.UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Repositories:
    """The repositories of booking, on one database."""

    agendas: Agendas
    arrival_numbers: ArrivalNumbers
    audit: Audit
    capacities: Capacities
    cards: Cards
    configurations: Configurations
    days: DayView
    drafts: Drafts
    erasures: Erasures
    fallback_links: FallbackLinks
    feedback: Feedback
    files: Files
    invitations: Invitations
    link_generations: LinkGenerations
    permits: ClientPermits
    provisional_bookings: ProvisionalBookings
    refused_forms: RefusedForms
    samples: PublishOnce
    tickets: Tickets
    visit_notes: VisitNotes
    waiting_lists: WaitingLists

    @classmethod
    def on(cls, database: Database[Document], run: Run = run_here) -> Repositories:
        """Build them, and create their indexes. `run` calls what takes long."""
        repositories = cls(
            agendas=Agendas(database),
            arrival_numbers=ArrivalNumbers(database),
            audit=Audit(database),
            capacities=Capacities(database),
            cards=Cards(database),
            configurations=Configurations(database, ConfigurationReader(run)),
            days=DayView(database),
            drafts=Drafts(database),
            erasures=Erasures(database),
            fallback_links=FallbackLinks(database),
            feedback=Feedback(database),
            files=Files(database),
            invitations=Invitations(database),
            link_generations=LinkGenerations(database),
            permits=ClientPermits(database),
            provisional_bookings=ProvisionalBookings(database),
            refused_forms=RefusedForms(database),
            samples=PublishOnce(database, SAMPLES),
            tickets=Tickets(database),
            visit_notes=VisitNotes(database),
            waiting_lists=WaitingLists(database),
        )
        for repository in vars(repositories).values():
            if hasattr(repository, "create_indexes"):
                repository.create_indexes()
        return repositories


def build_use_cases(
    on: Repositories, links: Links, clock: Clock, publish: Publish, run: Run = run_here, scan: Scan = None
) -> UseCases:
    """Build every use case, with the repositories that it needs. `run` calls what takes long."""
    allocator = Allocator(on.agendas)
    limits = Limits(on.agendas, on.cards, on.permits, links)
    lifecycle = LifecycleCommands(
        on.agendas, on.cards, on.configurations, on.arrival_numbers, allocator, clock, publish
    )
    invitations = InvitationCommands(on.invitations, on.configurations, clock)
    companions = CompanionCommands(on.agendas, on.cards, on.configurations, on.audit, clock, publish)
    preparation = PreparationCommands(
        on.agendas, on.cards, on.configurations, on.visit_notes, on.audit, lifecycle, links, clock
    )
    attachments = AttachmentCommands(
        on.agendas, on.cards, on.files, on.configurations, on.audit, preparation, clock, ImageEncoder(run), scan
    )
    booking = BookingCommands(
        on.agendas, on.cards, on.configurations, links, invitations, limits, allocator, clock, publish
    )
    configuration = ConfigurationCommands(on.configurations, on.days, on.cards, clock)
    waiting_list = WaitingListCommands(
        on.agendas, on.cards, on.configurations, on.waiting_lists, lifecycle, clock, publish
    )
    privacy = PrivacyCommands(
        on.agendas, on.cards, on.configurations, on.drafts, on.refused_forms, on.provisional_bookings, on.files,
        on.feedback, on.visit_notes, on.link_generations, on.erasures, on.audit, links, lifecycle,
        waiting_list, clock, publish,
    )  # fmt: skip
    drafts = DraftCommands(
        on.agendas, on.drafts, on.refused_forms, on.files, on.configurations, attachments, booking, limits, clock
    )
    provisional = ProvisionalCommands(
        on.agendas, on.cards, on.provisional_bookings, on.configurations, attachments, booking, drafts, limits, links,
        clock, publish,
    )  # fmt: skip
    queue = QueueCommands(on.agendas, on.cards, on.configurations, on.days, on.tickets, lifecycle, clock, publish)
    appointments = AppointmentQueries(
        on.agendas, on.cards, on.fallback_links, on.configurations, on.waiting_lists, links, on.link_generations,
        invitations, clock,
    )  # fmt: skip
    slots = SlotQueries(on.agendas, on.configurations, clock)
    housekeeping = Housekeeping(
        Retention(
            on.agendas,
            on.cards,
            on.configurations,
            on.invitations,
            on.files,
            on.feedback,
            on.visit_notes,
            on.link_generations,
            clock,
        ),
        NoShows(on.cards, on.configurations, on.days, lifecycle, clock),
        QueueClosing(on.configurations, on.tickets, queue, clock),
        CapacityPublishing(on.capacities, on.configurations, clock, publish),
        AvailabilitySampling(on.configurations, on.samples, slots, clock, publish),
        privacy,
        attachments,
        preparation,
        waiting_list,
        KeyRotation(on.cards, on.fallback_links, links, on.link_generations, clock),
    )
    return UseCases(
        attachments=attachments,
        booking=booking,
        closures=ClosureCommands(on.configurations, on.cards, lifecycle, clock, run),
        companions=companions,
        configuration=configuration,
        drafts=drafts,
        feedback=FeedbackCommands(on.agendas, on.feedback, clock, publish),
        invitations=invitations,
        lifecycle=lifecycle,
        link_replacement=LinkReplacementCommands(on.link_generations, on.configurations, on.audit, links, clock),
        lost_links=LostLinkCommands(on.agendas, on.cards, on.configurations, links, limits, clock),
        preparation=preparation,
        privacy=privacy,
        provisional=provisional,
        queue=queue,
        waiting_list=waiting_list,
        access=Access(on.configurations, on.invitations, on.tickets, appointments),
        administration=AdministrationQueries(on.configurations, on.audit, on.erasures),
        appointments=appointments,
        calendar_feed=CalendarFeedQueries(on.cards, on.configurations, on.days, links, on.link_generations, clock),
        catalogue=CatalogueQueries(on.configurations),
        conflicts=ConflictQueries(on.agendas, on.cards, on.configurations, on.days, clock),
        contact_cards=ContactCardQueries(
            on.agendas, on.cards, on.configurations, on.provisional_bookings, on.waiting_lists, links, appointments
        ),
        day=DayQueries(on.cards, on.configurations, on.days, on.audit, clock),
        dossiers=DossierQueries(
            on.agendas, on.cards, on.configurations, on.invitations, on.audit, on.visit_notes, appointments, clock
        ),
        invitation_list=InvitationQueries(on.invitations, on.cards, on.configurations),
        search=SearchQueries(on.agendas, on.cards, on.configurations, on.days, on.audit, appointments, links, clock),
        slots=slots,
        waiting_room=WaitingRoomQueries(on.cards, on.arrival_numbers, on.configurations, queue, clock),
        housekeeping=housekeeping,
        links=links,
    )


class BookingUseCases(CompositionRoot):
    """Gives the service class its `UseCases`, built once per process."""

    outbox = Outbox(BOOKING_EXCHANGE, collections=WITH_OUTBOX)

    def setup(self) -> None:
        settings = self.container.config["settings"]
        links = Links(
            settings.loket_secret, settings.loket_secret_fallbacks.split(), settings.loket_pseudonym_secret,
            settings.loket_feed_secret,
        )  # fmt: skip
        scan = VirusScanner(settings.scanner_address) if settings.scanner_address else None
        workers = WorkerProcesses()
        repositories = Repositories.on(self.database, workers.run)
        repositories.fallback_links.require_pseudonym_key(links.pseudonym_key_id)
        repositories.fallback_links.begin_rotation(links.key_ids, utc_now())
        self.use_cases = build_use_cases(repositories, links, utc_now, self.outbox.announce, workers.run, scan)

    def get_dependency(self, worker_ctx: Any) -> UseCases:
        return self.use_cases
