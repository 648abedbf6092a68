"""Busy times from calendars of other systems (iCalendar, RFC 5545)."""
