"""The action of a form: which of its buttons was pressed."""

from __future__ import annotations

from werkzeug.wrappers import Request

from loket_contracts.errors import Refusal


def chosen_action(request: Request, *actions: str) -> str:
    """Return the action of a form. Raises Refusal: invalid-request."""
    if (action := request.form.get("action")) in actions:
        return str(action)
    raise Refusal("invalid-request", errors=[{"pointer": "/action", "detail": "Missing data for required field."}])
