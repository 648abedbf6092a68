"""What the help of all commands has in common."""

from __future__ import annotations

from typing import Any

SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def examples(*lines: str) -> str:
    """The examples at the end of a help text, one a line."""
    return "\b\n" + "\n".join(["Examples:", *(f"  {line}" for line in lines)])
