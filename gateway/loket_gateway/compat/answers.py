"""Responses of the dialects: JSON that no cache may store."""

from __future__ import annotations

import json
from typing import Any

from werkzeug.wrappers import Response


def answer(value: Any, status: int = 200) -> Response:
    response = Response(json.dumps(value, ensure_ascii=False), status=status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
