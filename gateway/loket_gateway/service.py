"""The gateway: every route that there is, and what the routes need."""

from __future__ import annotations

from functools import partial
from typing import Any

from nameko.extensions import DependencyProvider

from loket_chassis.messaging.rpc import RpcCaller, RpcClient, Unavailable
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Readiness, probes

from .access.identity import Access
from .api.access import AccessRoutes
from .api.administration import AdministrationRoutes
from .api.appointments import AppointmentRoutes
from .api.calendar import CalendarRoutes
from .api.catalogue import CatalogueRoutes
from .api.desk import DeskRoutes
from .api.files import FileRoutes
from .api.open_data import OpenDataRoutes
from .api.openapi import OpenApiRoutes
from .api.receipts import ReceiptRoutes
from .api.reports import ReportRoutes
from .api.slots import SlotRoutes
from .api.waiting_list import WaitingListRoutes
from .api.webhooks import WebhookRoutes
from .clients.catalogue_cache import Catalogues
from .compat.jcc import JccRoutes
from .compat.qmatic import QmaticRoutes
from .http.proof_of_work import Friction
from .http.routing import route
from .pages.appointment import ManagingPages
from .pages.desk.administration import RunningPages
from .pages.desk.booking import DeskBookingPages
from .pages.desk.closures import ClosingPages
from .pages.desk.connections import ConnectionPages
from .pages.desk.day import DayPages
from .pages.desk.setup import SettingUpPages
from .pages.desk.texts import TextPages
from .pages.desk.visit import VisitPages
from .pages.device import DevicePages
from .pages.display import DisplayPages
from .pages.figures import FigurePages
from .pages.kiosk import KioskPages
from .pages.login import EnteringPages
from .pages.questions import DetailPages
from .pages.time_slots import MomentPages
from .pages.topics import TopicPages
from .pages.unsubscribe import UnsubscribingPages


class GatewayReadiness(Readiness):
    """Asks the broker, and whether the services behind it answer."""

    booking = RpcCaller("booking", deadline=1.5)
    notification = RpcCaller("notification", deadline=1.5)
    reporting = RpcCaller("reporting", deadline=1.5)

    def get_dependency(self, worker_ctx: Any) -> Any:
        def ask() -> dict[str, str]:
            parts = self.ask()
            if parts["broker"] == "ok":
                for calls in (self.booking, self.notification, self.reporting):
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


class GatewayService(
    CatalogueRoutes,
    SlotRoutes,
    AppointmentRoutes,
    FileRoutes,
    WaitingListRoutes,
    ReportRoutes,
    OpenDataRoutes,
    FigurePages,
    DeskRoutes,
    CalendarRoutes,
    AdministrationRoutes,
    AccessRoutes,
    WebhookRoutes,
    QmaticRoutes,
    JccRoutes,
    OpenApiRoutes,
    ReceiptRoutes,
    TopicPages,
    MomentPages,
    DetailPages,
    ManagingPages,
    UnsubscribingPages,
    EnteringPages,
    DayPages,
    VisitPages,
    DeskBookingPages,
    ClosingPages,
    SettingUpPages,
    TextPages,
    RunningPages,
    ConnectionPages,
    DevicePages,
    KioskPages,
    DisplayPages,
    probes(partial(route, counts=False)),  # type: ignore[misc]
):
    """The HTTP door of Loket."""

    name = "gateway"

    booking = RpcClient("booking")
    patient_booking = RpcClient("booking", deadline=12.0)  # a calendar of years takes a while
    notification = RpcClient("notification")
    reporting = RpcClient("reporting", deadline=5.0)  # years of figures take a while
    catalogue = Catalogues()
    access = Access()
    friction = Friction()
    public_url = PublicUrl()
    traceparent = WorkerMetrics()
    readiness = GatewayReadiness()
