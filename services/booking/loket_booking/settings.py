"""The settings of booking."""

from __future__ import annotations

from dataclasses import dataclass

from loket_chassis.settings import MongoSettings, setting


@dataclass(frozen=True, kw_only=True)
class BookingSettings(MongoSettings):
    """Booking: catalogue, slots, holds and appointments of every municipality."""

    http_address: str = setting("Where the probes and figures of booking answer", default="127.0.0.1:8091")
    mongo_database: str = setting("The name of booking's own database", default="loket_booking")
    loket_secret: str = setting(
        "A long random text from which residents' links follow; changing it voids all links", secret=True
    )
