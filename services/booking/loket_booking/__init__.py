"""Appointments: the catalogue, free slots, holds, bookings and the day agenda."""

import loket_chassis  # noqa: F401 - before eventlet
