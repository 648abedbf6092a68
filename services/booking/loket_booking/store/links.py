"""Secrets that follow from one key, so that they need not be kept: links, and marks by which one is known again."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping


class Links:
    """Every secret is a keyed hash of what it is for; a change of the key voids them all."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def token(self, appointment: str) -> str:
        """The secret in a resident's link."""
        return self._text(f"manage:{appointment}")

    def feed(self, municipality: str, resource: str) -> str:
        """The secret in the address of a resource's calendar feed."""
        return self._text(f"feed:{municipality}/{resource}")

    def is_feed(self, municipality: str, resource: str, token: str) -> bool:
        return hmac.compare_digest(self.feed(municipality, resource).encode(), token.encode())

    def entry(self, appointment: str) -> str:
        """The identifier of an appointment in a feed, from which nobody can tell the appointment's own."""
        return self._text(f"entry:{appointment}")

    def contact(self, municipality: str, address: str) -> str:
        """By what the same person is known again, when only this is kept. `address`: e-mail, or a number in E.164."""
        return self._text(f"contact:{municipality}/{address.strip().lower()}")

    def contact_of(self, municipality: str, contact: Mapping[str, str | None]) -> str | None:
        """The same by contact data: the e-mail address, else the number; None for who left neither."""
        address = contact.get("email") or contact.get("phone")
        return self.contact(municipality, address) if address else None

    def client(self, address: str) -> str:
        """By what the same client address is known again."""
        return self._text(f"client:{address}")[:22]

    def wish(self, municipality: str, text: str) -> str:
        """By what the same wish for an appointment is known again; it tells nothing of who wishes it."""
        return self._text(f"wish:{municipality}/{text}")

    def _text(self, what: str) -> str:
        return urlsafe_b64encode(hmac.digest(self._key, what.encode(), "sha256")).rstrip(b"=").decode()
