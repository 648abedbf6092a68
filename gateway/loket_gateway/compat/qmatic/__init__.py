"""Qmatic Orchestra's "Calendar Public Appointment API", v1 and v2, as the clients of form builders use it.

Services are appointment types and branches are locations, under our own codes.
Times are naive, in the `timeZone` of the
branch. docs/reference/compat.md tells what is the same and what is not.
"""

from .routes import QmaticRoutes

__all__ = ["QmaticRoutes"]
