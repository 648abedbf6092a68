"""CSS classes for positions in the columns of an agenda: one for each row and each length.

The content security policy forbids inline styles, so positions are classes.
"""

from __future__ import annotations

#: minutes of one row, and the rows of 24 hours
MINUTES = 5
ROWS = 24 * 60 // MINUTES


def rows() -> str:
    """Return the style sheet. `.r3` begins in the third row, `.s6` is six rows long."""
    begins = "".join(f".r{n}{{grid-row-start:{n}}}" for n in range(1, ROWS + 2))
    return begins + "".join(f".s{n}{{grid-row-end:span {n}}}" for n in range(1, ROWS + 1)) + "\n"
