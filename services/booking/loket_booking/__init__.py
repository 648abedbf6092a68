"""Appointments: the catalogue, free slots, holds, bookings and the day agenda."""
