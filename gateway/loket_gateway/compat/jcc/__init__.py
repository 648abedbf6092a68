"""JCC-Afspraken's REST interface (WARP, version 1), as the clients of form builders use it.

Activities are appointment types, under our own codes.
`appointmentDuration` is in seconds, `calculateduration` answers in
minutes; times are read naive, in the location's zone, and written with an offset. docs/reference/compat.md tells more.
"""

from .routes import JccRoutes

__all__ = ["JccRoutes"]
