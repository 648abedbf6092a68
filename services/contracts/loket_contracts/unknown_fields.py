"""Unknown fields: what a newer version of Loket stored and this one does not know, as in Protocol Buffers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PreservesUnknownFields:
    """Base of a dataclass that is stored. Reading collects unknown fields, `replace` carries them, writing stores them.

    So an older instance that changes a document of a newer one loses nothing during an upgrade.
    """

    unknown_fields: Mapping[str, Any] | None = field(default=None, kw_only=True, compare=False, repr=False)
