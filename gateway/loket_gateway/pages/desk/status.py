"""The state of all services, for operators: release, parts, queues, dead letters, events and messages that wait."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nameko.exceptions import MethodNotFound
from werkzeug.wrappers import Response

from loket_chassis.messaging.rpc import RemoteError, Unavailable
from loket_chassis.runtime.build_info import build_info
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.service import Service, wrong_parts

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http.request import GatewayRequest
from .frame import desk_page
from .refusals import desk_route

RUN = needs("access.change")


@dataclass(frozen=True)
class StatusPage:
    """For administrators. It has no data of residents or of a municipality."""

    booking: Booking
    notification: Notification
    reporting: Reporting
    catalogue: CatalogueCache
    readiness: Callable[[], dict[str, str]]

    @desk_route("GET", "/<municipality>/balie/beheer/status", RUN)
    def show_status(self, request: GatewayRequest, municipality: str) -> Response:
        services: dict[str, Service] = {
            "booking": self.booking, "notification": self.notification, "reporting": self.reporting,
        }  # fmt: skip
        rows: list[dict[str, Any]] = [
            {"name": "gateway", "wrong": wrong_parts(self.readiness()), "status": build_info()}
        ]
        rows += [{"name": name, **state_of(service)} for name, service in services.items()]
        queues = [queue for row in rows for queue in row["status"].get("queues", ())]
        return desk_page("status.html", request, self.catalogue, municipality, at="run", rows=rows, queues=queues)


def state_of(service: Service) -> dict[str, Any]:
    """What a service says of itself, and what is wrong with it. A service of release 0.1 says nothing."""
    try:
        status = service.status()
    except MethodNotFound:
        return {"status": {"version": "0.1"}, "wrong": []}
    except (Unavailable, RemoteError) as error:
        return {"status": {}, "wrong": [str(error)]}
    return {"status": status, "wrong": wrong_parts(status["parts"])}
