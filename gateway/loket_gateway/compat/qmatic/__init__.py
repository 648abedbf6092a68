"""Qmatic Orchestra's "Calendar Public Appointment API", v1 and v2, as the clients of form builders use it.

Services are appointment types and branches are locations, with our codes.
Times are naive, in the `timeZone` of the
branch. See docs/reference/compat.md for the differences.
"""

from .routes import QmaticRoutes

__all__ = ["QmaticRoutes"]
