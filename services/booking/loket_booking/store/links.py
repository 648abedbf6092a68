"""Secrets derived from one key, so that none need be stored: the tokens of links, and pseudonyms."""

from __future__ import annotations

import datetime as dt
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping

from loket_contracts.rpc.booking.book import ContactAtDesk

from ..domain import names
from ..domain.contact import mailbox_of


class Links:
    """Every secret is a keyed hash (HMAC-SHA256) of its purpose. Changing the key invalidates them all."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def token(self, appointment: str) -> str:
        """The token in a resident's link."""
        return self._sign(f"manage:{appointment}")

    def feed(self, municipality: str, resource: str) -> str:
        """The token in the address of a resource's calendar feed."""
        return self._sign(f"feed:{municipality}/{resource}")

    def is_feed(self, municipality: str, resource: str, token: str) -> bool:
        return is_equal(self.feed(municipality, resource), token)

    def entry(self, appointment: str) -> str:
        """The id of an appointment in a feed. It does not reveal the appointment's own id."""
        return self._sign(f"entry:{appointment}")

    def contact(self, municipality: str, address: str) -> str:
        """The pseudonym of a person. `address`: e-mail, or a number in E.164 form."""
        return self._sign(f"contact:{municipality}/{address.strip().lower()}")

    def contact_of(self, municipality: str, contact: Mapping[str, str | None]) -> str | None:
        """The pseudonym by e-mail address, else by number; None when the resident gave neither."""
        address = contact.get("email") or contact.get("phone")
        return self.contact(municipality, address) if address else None

    def search_words(self, municipality: str, person: ContactAtDesk) -> list[str]:
        """By what staff find the card of this person: the words of the names, and the pseudonym of the number."""
        words = dict.fromkeys((*names.index_words(person.name), *names.index_words(person.visitor or "")))
        return [*words, *([self.contact(municipality, person.phone)] if person.phone else [])]

    def unsubscribe(self, appointment: str) -> str:
        """The proof in an unsubscribe link, which only a reader of the mailbox has."""
        return self._sign(f"unsubscribe:{appointment}")

    def destination(self, municipality: str, address: str) -> str:
        """The pseudonym of a mailbox or number, by which messages to it are counted."""
        return self._sign(f"destination:{municipality}/{mailbox_of(address)}")

    def code(self, secret: str) -> str:
        """The six digits that confirm a provisional booking. They are stored nowhere."""
        digest = hmac.digest(self._key, f"code:{secret}".encode(), "sha256")
        return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"

    def confirmation(self, secret: str) -> str:
        """The token of the link that confirms a provisional booking."""
        return self._sign(f"confirm:{secret}")

    def proof(self, municipality: str, destination: str, until: dt.date) -> str:
        """Shows until that day that its holder confirmed this address or number. It does not reveal which."""
        return f"{until.isoformat()}.{self._sign(f'proof:{municipality}/{destination.lower()}/{until.isoformat()}')}"

    def is_proof(self, municipality: str, destination: str, proof: str, today: dt.date) -> bool:
        try:
            until = dt.date.fromisoformat(proof.partition(".")[0])
        except ValueError:
            return False
        return until >= today and is_equal(self.proof(municipality, destination, until), proof)

    def client(self, address: str) -> str:
        """The pseudonym of a client address."""
        return self._sign(f"client:{address}")[:22]

    def idempotency_key(self, municipality: str, text: str) -> str:
        """The key of a request that comes without one: the same for equal requests. It reveals nothing of `text`."""
        return self._sign(f"wish:{municipality}/{text}")  # the prefix is part of stored ids

    def _sign(self, text: str) -> str:
        return urlsafe_b64encode(hmac.digest(self._key, text.encode(), "sha256")).rstrip(b"=").decode()


def is_equal(secret: str, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(secret.encode(), given.encode())
