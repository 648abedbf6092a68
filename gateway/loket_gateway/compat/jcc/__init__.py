"""JCC-Afspraken's REST interface (WARP, version 1), as the clients of form builders use it.

Activities are appointment types, with our codes.
`appointmentDuration` is in seconds, `calculateduration` answers in
minutes; times are read naive, in the location's zone, and written with an offset. See docs/reference/compat.md.
"""

from .routes import JccRoutes

__all__ = ["JccRoutes"]
