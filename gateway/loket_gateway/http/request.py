"""The request class of the gateway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from werkzeug.wrappers import Request

from loket_contracts.languages import LANGUAGES
from loket_contracts.rpc.booking.answers import Catalogue

from ..access.roles import ANONYMOUS, Caller


class GatewayRequest(Request):
    """A werkzeug request with its caller, the values in its path, and the code of the refusal, if there is one.

    `languages_of`: returns the languages of a municipality. `catalogue_of`: returns its catalogue, if it is known.
    """

    caller: Caller = ANONYMOUS
    refused: str | None = None
    path_values: dict[str, Any]
    languages_of: Callable[[str], Sequence[str]] | None = None
    catalogue_of: Callable[[str], Catalogue | None] | None = None

    @cached_property
    def languages(self) -> Sequence[str]:
        """The languages to respond in, the default first: those of the municipality in the path, else all."""
        municipality = self.path_values.get("municipality")
        return self.languages_of(municipality) if municipality and self.languages_of else LANGUAGES

    @property
    def is_of_browser(self) -> bool:
        """Whether the client prefers a page to a document for programs."""
        accepted = self.accept_mimetypes.best_match(["application/problem+json", "application/json", "text/html"])
        return accepted == "text/html"
