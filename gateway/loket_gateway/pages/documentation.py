"""Pages about the HTTP interface: its operations and its problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Request, Response

from loket_contracts.error_codes import ERRORS

from ..access.roles import PERMISSIONS, ROLES
from ..http.problems import STATUS
from .page_route import page_route
from .render import page


@dataclass(frozen=True)
class DocumentationPages:
    """`openapi`: returns the OpenAPI document of a public URL. `operations`: those of each of its tags."""

    public_url: str
    openapi: Callable[[str], dict[str, Any]]
    operations: Any

    @page_route("GET", "/docs")
    def get_docs(self, request: Request) -> Response:
        return page(
            "docs.html", request, spec=self.openapi(self.public_url), errors=ERRORS, statuses=STATUS,
            groups=self.operations, roles=ROLES, permissions=PERMISSIONS,
        )  # fmt: skip

    @page_route("GET", "/problems/<code>")
    def get_problem(self, request: Request, code: str) -> Response:
        if code not in ERRORS:
            raise NotFound
        return page("problem_type.html", request, error=ERRORS[code], http_status=STATUS[code])
