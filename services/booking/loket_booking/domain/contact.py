"""Complete the contact data of a resident with the municipality's defaults."""

from __future__ import annotations

from dataclasses import asdict, replace

from loket_contracts import telephone
from loket_contracts.errors import Refusal
from loket_contracts.languages import spoken
from loket_contracts.rpc.booking.book import ContactAtDesk

from .catalogue import Municipality


def mailbox_of(address: str) -> str:
    """The mailbox of an e-mail address: in lower case, without what follows a plus sign. A number stays as it is."""
    name, at, domain = address.strip().lower().partition("@")
    return f"{name.partition('+')[0] or name}@{domain}" if at else name


def check_informed_by(person: ContactAtDesk, informed_by: str | None) -> None:
    """Raises Refusal: invalid-request when the channel of messages is SMS and there is no number."""
    if informed_by == "sms" and not person.phone:
        wrong = {"pointer": "/contact/phone", "detail": "Missing data for required field."}
        raise Refusal("invalid-request", errors=[wrong])


def contact_data(person: ContactAtDesk, informed_by: str | None) -> dict[str, str | None]:
    """What the card stores of a person, and the channel that staff agreed with them, if any."""
    return {**asdict(person), **({"informed_by": informed_by} if informed_by else {})}


def complete_contact(known: Municipality, given: ContactAtDesk) -> ContactAtDesk:
    """The contact data with a language of the municipality, and the number in E.164 form.

    A number without a country code is of the municipality's country. Raises Refusal: invalid-request.
    """
    phone = given.phone
    if phone:
        try:
            phone = telephone.read(phone, known.country)
        except ValueError as error:
            wrong = {"pointer": "/contact/phone", "detail": str(error)}
            raise Refusal("invalid-request", errors=[wrong]) from error
    return replace(given, phone=phone, language=spoken(given.language, known.languages))
