"""Calendars that come and go as iCalendar (RFC 5545): when a specialist is busy elsewhere, and what is in an agenda."""
