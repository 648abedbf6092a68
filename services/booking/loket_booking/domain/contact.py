"""Complete the contact data of a resident with the municipality's defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loket_contracts import telephone
from loket_contracts.errors import Refusal
from loket_contracts.languages import spoken

from .catalogue import Municipality


def complete_contact(known: Municipality, given: Mapping[str, Any]) -> dict[str, Any]:
    """The contact data with a language of the municipality, and the number in E.164 form.

    A number without a country code is of the municipality's country. Raises Refusal: invalid-request.
    """
    contact = {**given, "language": spoken(given.get("language"), known.languages)}
    if contact.get("phone"):
        try:
            contact["phone"] = telephone.read(contact["phone"], known.country)
        except ValueError as error:
            wrong = {"pointer": "/contact/phone", "detail": str(error)}
            raise Refusal("invalid-request", errors=[wrong]) from error
    return contact
