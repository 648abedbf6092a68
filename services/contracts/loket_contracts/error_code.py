"""One way to say no, as it is documented and told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorCode:
    """One way to say no. `detail` is a sentence with {named} places, filled from the refusal's params."""

    code: str
    title: str
    detail: str
    advice: str
