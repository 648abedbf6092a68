"""Complete the contact data of a resident with the municipality's defaults."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from loket_contracts import telephone
from loket_contracts.errors import Refusal
from loket_contracts.languages import spoken
from loket_contracts.rpc.booking.book import ContactAtDesk

from .catalogue import Municipality


def complete_contact(known: Municipality, given: ContactAtDesk) -> dict[str, Any]:
    """The contact data with a language of the municipality, and the number in E.164 form.

    A number without a country code is of the municipality's country. Raises Refusal: invalid-request.
    """
    contact = {**asdict(given), "language": spoken(given.language, known.languages)}
    if given.phone:
        try:
            contact["phone"] = telephone.read(given.phone, known.country)
        except ValueError as error:
            wrong = {"pointer": "/contact/phone", "detail": str(error)}
            raise Refusal("invalid-request", errors=[wrong]) from error
    return contact
