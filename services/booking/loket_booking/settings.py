"""The settings of booking."""

from __future__ import annotations

from dataclasses import dataclass

from loket_chassis.runtime.allowed_values import DatabaseName, ListenAddress, ServerAddress
from loket_chassis.runtime.secret_values import Each, Secret
from loket_chassis.runtime.settings import MongoSettings, setting

MIN_SECRET = 32


@dataclass(frozen=True, kw_only=True)
class BookingSettings(MongoSettings):
    """Booking: catalogue, slots, holds and appointments of every municipality."""

    http_address: str = setting(
        "The address of booking's health checks and metrics", default="127.0.0.1:8091", allowed=ListenAddress()
    )
    mongo_database: str = setting("The name of booking's database", default="loket_booking", allowed=DatabaseName())
    loket_secret: str = setting(
        "A random text from which residents' links, calendar feeds and codes are derived",
        secret=True,
        allowed=Secret(MIN_SECRET),
    )
    loket_secret_fallbacks: str = setting(
        "Earlier values of LOKET_SECRET, with blanks between them: their links still work; leave out one that leaked",
        default="",
        secret=True,
        allowed=Each(Secret(MIN_SECRET)),
    )
    loket_feed_secret: str = setting(
        "The key of the addresses of calendar feeds; empty: LOKET_SECRET. A change replaces all of them",
        default="",
        secret=True,
        allowed=Secret(MIN_SECRET),
    )
    loket_pseudonym_secret: str = setting(
        "The key of the pseudonyms of residents; empty: LOKET_SECRET. It never changes: set it to the first "
        "LOKET_SECRET before you change that",
        default="",
        secret=True,
        allowed=Secret(MIN_SECRET),
    )
    scanner_address: str = setting(
        "The clamd (ClamAV) that scans uploaded files for viruses; empty: files are not scanned",
        default="",
        allowed=ServerAddress(),
    )
