"""The gateway: its routes, and the dependencies that they are built with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from nameko.extensions import DependencyProvider

from loket_chassis.messaging.rpc import RpcCaller, Unavailable, rpc_client
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Readiness, probes
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.service import Service

from .api.access import AccessRoutes
from .api.administration import AdministrationRoutes
from .api.appointments import AppointmentRoutes
from .api.calendar import CalendarRoutes
from .api.catalogue import CatalogueRoutes
from .api.desk import DeskRoutes
from .api.files import FileRoutes
from .api.open_data import OpenDataRoutes
from .api.openapi import OpenApiRoutes, document
from .api.operations import GROUPS
from .api.receipts import ReceiptRoutes
from .api.reports import ReportRoutes
from .api.slots import SlotRoutes
from .api.waiting_list import WaitingListRoutes
from .api.webhooks import WebhookRoutes
from .api.well_known import WellKnownRoutes
from .clients.catalogue_cache import CatalogueCache, CatalogueProvider
from .clients.overview_cache import OverviewCache, OverviewCacheProvider
from .clients.popular_topics import PopularTopics, PopularTopicsProvider
from .compat.jcc import JccRoutes
from .compat.qmatic import QmaticRoutes
from .http.authentication import Authentication, AuthenticationProvider
from .http.proof_of_work import ProofOfWork
from .http.routing import ProbeRoute, Router, route
from .pages.appointment import AppointmentPages
from .pages.confirmation import ConfirmationPages
from .pages.credentials_check import CredentialsCheck
from .pages.desk.administration import AdministrationPages
from .pages.desk.appointment import DeskAppointmentPages
from .pages.desk.booking import DeskBookingPages
from .pages.desk.closures import ClosurePages
from .pages.desk.connections import ConnectionPages
from .pages.desk.day import DayPages
from .pages.desk.hall import HallPages
from .pages.desk.list import ListPages
from .pages.desk.my_day import MyDayPages
from .pages.desk.quarter import QuarterPage
from .pages.desk.references import ReferencePages
from .pages.desk.setup import SetupPages
from .pages.desk.status import StatusPage
from .pages.desk.texts import TextPages
from .pages.desk.versions import VersionPages
from .pages.desk.visit import VisitPages
from .pages.desk.weekly_report import WeeklyReportPages
from .pages.device import DevicePages
from .pages.display import DisplayPages
from .pages.documentation import DocumentationPages
from .pages.figures import FigurePages
from .pages.installation.pages import InstallationPages
from .pages.kiosk import KioskPages
from .pages.login import LoginPages
from .pages.lost_link import LostLinkPages
from .pages.own_account import OwnAccountPages
from .pages.questions import QuestionPages
from .pages.statements import StatementPages
from .pages.time_slots import TimeSlotPages
from .pages.topics import TopicPages
from .pages.unsubscribe import UnsubscribePages
from .pages.waiting_list import WaitingListPages


class GatewayReadiness(Readiness):
    """Asks the broker, and whether the services behind it answer."""

    booking = RpcCaller(Booking, deadline=1.5)
    notification = RpcCaller(Notification, deadline=1.5)
    reporting = RpcCaller(Reporting, deadline=1.5)

    def get_dependency(self, worker_ctx: Any) -> Any:
        others: tuple[RpcCaller[Service], ...] = (self.booking, self.notification, self.reporting)

        def ask() -> dict[str, str]:
            parts = self.ask()
            if parts["broker"] == "ok":
                for calls in others:
                    try:
                        parts[calls.target] = calls.from_worker(worker_ctx).ping()
                    except Unavailable as error:
                        parts[calls.target] = str(error)
            return parts

        return ask


class PublicUrl(DependencyProvider):
    """Gives the service class the address by which the outside reaches it."""

    def get_dependency(self, worker_ctx: Any) -> str:
        return str(self.container.config["settings"].public_url).rstrip("/")


class SecurityContact(DependencyProvider):
    """Gives the service class the URI where a vulnerability is reported; it may be empty."""

    def get_dependency(self, worker_ctx: Any) -> str:
        return str(self.container.config["settings"].security_contact)


class ProbeRoutes(probes(partial(route, rate_limited=False, entrypoint=ProbeRoute))):  # type: ignore[misc]
    """Liveness, readiness and metrics."""

    def __init__(self, readiness: Callable[[], dict[str, str]]) -> None:
        self.readiness = readiness


class Dependencies(Protocol):
    """What the routes need of the service. The values are those of one request."""

    booking: Booking
    slow_booking: Booking
    notification: Notification
    reporting: Reporting
    catalogue: CatalogueCache
    popular: PopularTopics
    overviews: OverviewCache
    access: Authentication
    proof_of_work: ProofOfWork
    public_url: str
    security_contact: str
    readiness: Callable[[], dict[str, str]]


class GatewayService:
    """The nameko service. Each attribute provides the dependency of the same name."""

    name = "gateway"

    booking = rpc_client(Booking)
    slow_booking = rpc_client(Booking, deadline=12.0)  # for what runs in a worker process of booking
    notification = rpc_client(Notification)
    reporting = rpc_client(Reporting, deadline=5.0)  # to count several years of figures
    catalogue = CatalogueProvider()
    popular = PopularTopicsProvider()
    overviews = OverviewCacheProvider()
    access = AuthenticationProvider()
    proof_of_work = ProofOfWork()
    public_url = PublicUrl()
    security_contact = SecurityContact()
    traceparent = WorkerMetrics()
    readiness = GatewayReadiness()


ROUTER = Router[Dependencies]()
ROUTER.add(CatalogueRoutes, lambda use: CatalogueRoutes(use.catalogue))
ROUTER.add(SlotRoutes, lambda use: SlotRoutes(use.booking))
ROUTER.add(AppointmentRoutes, lambda use: AppointmentRoutes(use.booking, use.proof_of_work, use.public_url))
ROUTER.add(FileRoutes, lambda use: FileRoutes(use.booking, use.slow_booking))
ROUTER.add(WaitingListRoutes, lambda use: WaitingListRoutes(use.booking))
ROUTER.add(ReportRoutes, lambda use: ReportRoutes(use.reporting, use.catalogue, use.overviews))
ROUTER.add(OpenDataRoutes, lambda use: OpenDataRoutes(use.reporting, use.catalogue, use.public_url))
ROUTER.add(WeeklyReportPages, lambda use: WeeklyReportPages(use.notification, use.catalogue))
ROUTER.add(QuarterPage, lambda use: QuarterPage(use.reporting, use.catalogue, use.overviews))
ROUTER.add(ReferencePages, lambda use: ReferencePages(use.reporting, use.catalogue))
ROUTER.add(FigurePages, lambda use: FigurePages(use.reporting, use.catalogue, use.overviews))
ROUTER.add(DeskRoutes, lambda use: DeskRoutes(use.booking, use.notification))
ROUTER.add(CalendarRoutes, lambda use: CalendarRoutes(use.booking, use.slow_booking, use.public_url))
ROUTER.add(AdministrationRoutes, lambda use: AdministrationRoutes(use.booking, use.slow_booking, use.catalogue))
ROUTER.add(AccessRoutes, lambda use: AccessRoutes(use.access, use.catalogue))
ROUTER.add(WebhookRoutes, lambda use: WebhookRoutes(use.notification))
ROUTER.add(QmaticRoutes, lambda use: QmaticRoutes(use.booking, use.catalogue))
ROUTER.add(JccRoutes, lambda use: JccRoutes(use.booking, use.catalogue, use.access))
ROUTER.add(OpenApiRoutes, lambda use: OpenApiRoutes(use.public_url))
ROUTER.add(DocumentationPages, lambda use: DocumentationPages(use.public_url, document, GROUPS))
ROUTER.add(WellKnownRoutes, lambda use: WellKnownRoutes(use.public_url, use.security_contact))
ROUTER.add(ReceiptRoutes, lambda use: ReceiptRoutes(use.notification, use.public_url))
ROUTER.add(TopicPages, lambda use: TopicPages(use.booking, use.catalogue, use.popular))
ROUTER.add(TimeSlotPages, lambda use: TimeSlotPages(use.booking, use.catalogue, use.proof_of_work))
ROUTER.add(
    QuestionPages,
    lambda use: QuestionPages(use.booking, use.slow_booking, use.catalogue, use.proof_of_work, use.access),
)
ROUTER.add(ConfirmationPages, lambda use: ConfirmationPages(use.booking, use.catalogue, use.access))
ROUTER.add(AppointmentPages, lambda use: AppointmentPages(use.booking, use.slow_booking, use.catalogue, use.public_url))
ROUTER.add(WaitingListPages, lambda use: WaitingListPages(use.booking, use.catalogue))
ROUTER.add(LostLinkPages, lambda use: LostLinkPages(use.booking, use.notification, use.catalogue))
ROUTER.add(StatementPages, lambda use: StatementPages(use.catalogue, use.public_url))
ROUTER.add(UnsubscribePages, lambda use: UnsubscribePages(use.booking, use.notification, use.catalogue))
ROUTER.add(LoginPages, lambda use: LoginPages(use.access, use.catalogue, CredentialsCheck(use.access)))
ROUTER.add(OwnAccountPages, lambda use: OwnAccountPages(use.access, use.catalogue, CredentialsCheck(use.access)))
ROUTER.add(InstallationPages, lambda use: InstallationPages(use.booking, use.slow_booking, use.access, use.catalogue))
ROUTER.add(DayPages, lambda use: DayPages(use.booking, use.access, use.catalogue, use.proof_of_work))
ROUTER.add(ListPages, lambda use: ListPages(use.booking, use.catalogue))
ROUTER.add(HallPages, lambda use: HallPages(use.booking))
ROUTER.add(MyDayPages, lambda use: MyDayPages(use.booking, use.notification, use.access, use.catalogue))
ROUTER.add(DeskAppointmentPages, lambda use: DeskAppointmentPages(use.booking, use.notification, use.catalogue))
ROUTER.add(VisitPages, lambda use: VisitPages(use.booking, use.catalogue, use.public_url))
ROUTER.add(DeskBookingPages, lambda use: DeskBookingPages(use.booking, use.catalogue))
ROUTER.add(ClosurePages, lambda use: ClosurePages(use.booking, use.catalogue))
ROUTER.add(SetupPages, lambda use: SetupPages(use.booking, use.slow_booking, use.catalogue))
ROUTER.add(VersionPages, lambda use: VersionPages(use.booking, use.slow_booking, use.catalogue))
ROUTER.add(TextPages, lambda use: TextPages(use.notification, use.catalogue))
ROUTER.add(
    AdministrationPages,
    lambda use: AdministrationPages(use.booking, use.slow_booking, use.notification, use.access, use.catalogue),
)
ROUTER.add(ConnectionPages, lambda use: ConnectionPages(use.notification, use.reporting, use.catalogue))
ROUTER.add(
    StatusPage, lambda use: StatusPage(use.booking, use.notification, use.reporting, use.catalogue, use.readiness)
)
ROUTER.add(DevicePages, lambda use: DevicePages(use.access, use.catalogue))
ROUTER.add(KioskPages, lambda use: KioskPages(use.booking, use.access, use.catalogue))
ROUTER.add(DisplayPages, lambda use: DisplayPages(use.booking, use.access, use.catalogue))
ROUTER.add(ProbeRoutes, lambda use: ProbeRoutes(use.readiness))
ROUTER.attach(GatewayService)
