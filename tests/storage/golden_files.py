"""The golden documents: one file for each kind of document and version.

Version 0 is what release 0.1 wrote. A golden document is never changed: a new version is a new file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bson import json_util

from .collections import STORED, Stored

GOLDEN = Path(__file__).parent / "golden"
OPTIONS = json_util.RELAXED_JSON_OPTIONS.with_options(tz_aware=True, tzinfo=json_util.utc)


def versions(stored: Stored, name: str) -> list[int]:
    return sorted(int(file.name.split(".")[1]) for file in (GOLDEN / stored.service).glob(f"{name}.*.json"))


def read(stored: Stored, name: str, version: int) -> dict[str, Any]:
    """The golden document, or that part of it which the codec reads."""
    text = (GOLDEN / stored.service / f"{name}.{version}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json_util.loads(text, json_options=OPTIONS)
    return document["metadata"] if stored.part == "metadata" else document


def all_names() -> list[tuple[Stored, str]]:
    return [(stored, name) for stored in STORED for name in stored.golden]
