"""Calendars that others wrote, as iCalendar (RFC 5545): when a specialist is busy elsewhere."""
