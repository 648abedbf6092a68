"""The settings of reporting."""

from __future__ import annotations

from dataclasses import dataclass

from loket_chassis.runtime.allowed_values import DatabaseName, ListenAddress
from loket_chassis.runtime.settings import WORKERS, MongoSettings, setting


@dataclass(frozen=True, kw_only=True)
class ReportingSettings(MongoSettings):
    """Reporting: figures about appointments, from events alone."""

    http_address: str = setting(
        "Where reporting serves its probes and metrics", default="127.0.0.1:8093", allowed=ListenAddress()
    )
    mongo_database: str = setting(
        "The name of reporting's own database", default="loket_reporting", allowed=DatabaseName()
    )
    max_workers: int = setting(
        "How many events and queries are processed at once; also the prefetch count", default=16, allowed=WORKERS
    )
