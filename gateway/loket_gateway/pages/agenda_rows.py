"""Where things stand in the columns of an agenda: a class for each row and each length.

The policy for content forbids styles in the page itself, so what a place is must be said by a class.
"""

from __future__ import annotations

#: minutes of one row, and the most rows that a day has: 24 hours
MINUTES = 5
ROWS = 24 * 60 // MINUTES


def rows() -> str:
    """`.r3` begins in the third row, `.s6` is six rows long."""
    begins = "".join(f".r{n}{{grid-row-start:{n}}}" for n in range(1, ROWS + 2))
    return begins + "".join(f".s{n}{{grid-row-end:span {n}}}" for n in range(1, ROWS + 1)) + "\n"
