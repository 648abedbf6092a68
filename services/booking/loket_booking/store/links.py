"""Secrets derived from one key, so that none need be stored: the tokens of links, and pseudonyms."""

from __future__ import annotations

import datetime as dt
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence

from loket_chassis.runtime.tokens import hash_of
from loket_contracts.rpc.booking.book import ContactAtDesk

from ..domain import names
from ..domain.contact import mailbox_of


class Links:
    """Every secret is a keyed hash (HMAC-SHA256) of its purpose.

    `key` makes them. What one of `fallbacks` made before is still accepted. `feed_key` makes the addresses of calendar
    feeds; without one, `key` does. `pseudonym_key` makes what databases and other services store about a person, so
    it stays the same when `key` changes; it is `key` by default.

    `generation`: how often this link or feed was replaced. Each generation has another token.
    """

    def __init__(self, key: str, fallbacks: Sequence[str] = (), pseudonym_key: str = "", feed_key: str = "") -> None:
        self._key = key.encode()
        self._keys = (self._key, *(each.encode() for each in fallbacks))
        self._feed_keys = (feed_key.encode(),) if feed_key else self._keys
        self._pseudonym_key = (pseudonym_key or key).encode()
        #: names each key without revealing it, the present one first
        self.key_ids = tuple(map(_key_id, self._keys))
        self.pseudonym_key_id = _key_id(self._pseudonym_key)

    def token(self, appointment: str, generation: int = 0) -> str:
        """The token in a resident's link."""
        return self._sign(_manage(appointment, generation))

    def fallback_hashes(self, appointment: str, generation: int = 0) -> list[tuple[str, str]]:
        """The hashes of the tokens that earlier keys made, each behind the id of its key."""
        tokens = (_sign(key, _manage(appointment, generation)) for key in self._keys[1:])
        return list(zip(self.key_ids[1:], map(hash_of, tokens), strict=True))

    def is_token(self, appointment: str, token: str, generation: int = 0) -> bool:
        return _is_signed(self._keys, _manage(appointment, generation), token)

    def feed(self, municipality: str, resource: str, generation: int = 0) -> str:
        """The token in the address of a resource's calendar feed."""
        return _sign(self._feed_keys[0], _feed(municipality, resource, generation))

    def is_feed(self, municipality: str, resource: str, token: str, generation: int = 0) -> bool:
        return _is_signed(self._feed_keys, _feed(municipality, resource, generation), token)

    def entry(self, appointment: str) -> str:
        """The id of an appointment in a feed. It does not reveal the appointment's own id."""
        return _sign(self._feed_keys[0], f"entry:{appointment}")

    def contact(self, municipality: str, address: str) -> str:
        """The pseudonym of a person. `address`: e-mail, or a number in E.164 form."""
        return _sign(self._pseudonym_key, f"contact:{municipality}/{address.strip().lower()}")

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

    def is_unsubscribe(self, appointment: str, proof: str) -> bool:
        return _is_signed(self._keys, f"unsubscribe:{appointment}", proof)

    def destination(self, municipality: str, address: str) -> str:
        """The pseudonym of a mailbox or number, by which messages to it are counted."""
        return _sign(self._pseudonym_key, f"destination:{municipality}/{mailbox_of(address)}")

    def code(self, secret: str) -> str:
        """The six digits that confirm a provisional booking. They are stored nowhere."""
        return _digits(self._key, f"code:{secret}")

    def confirmation(self, secret: str) -> str:
        """The token of the link that confirms a provisional booking."""
        return self._sign(f"confirm:{secret}")

    def is_code_or_confirmation(self, secret: str, given: str) -> bool:
        """Whether this is the code, or the token of the link. Both take the same time."""
        code = "".join(given.split())
        right = [is_equal(_digits(key, f"code:{secret}"), code) for key in self._keys]
        return any(right) | _is_signed(self._keys, f"confirm:{secret}", given)

    def proof(self, municipality: str, destination: str, until: dt.date) -> str:
        """Shows until that day that its holder confirmed this address or number. It does not reveal which."""
        return f"{until.isoformat()}.{self._sign(_proof(municipality, destination, until))}"

    def is_proof(self, municipality: str, destination: str, proof: str, today: dt.date) -> bool:
        day, _, signature = proof.partition(".")
        try:
            until = dt.date.fromisoformat(day)
        except ValueError:
            return False
        return until >= today and _is_signed(self._keys, _proof(municipality, destination, until), signature)

    def client(self, address: str) -> str:
        """The pseudonym of a client address."""
        return self._sign(f"client:{address}")[:22]

    def idempotency_key(self, municipality: str, text: str) -> str:
        """The key of a request that comes without one: the same for equal requests. It reveals nothing of `text`."""
        return self._sign(f"wish:{municipality}/{text}")  # the prefix is part of stored ids

    def _sign(self, text: str) -> str:
        return _sign(self._key, text)


def _sign(key: bytes, text: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).rstrip(b"=").decode()


def _is_signed(keys: Sequence[bytes], text: str, given: str) -> bool:
    """Whether one of the keys made this. All are compared, so that the time does not show which one did."""
    matches = [is_equal(_sign(key, text), given) for key in keys]
    return any(matches)


def _manage(appointment: str, generation: int) -> str:
    return _of_generation(f"manage:{appointment}", generation)


def _feed(municipality: str, resource: str, generation: int) -> str:
    return _of_generation(f"feed:{municipality}/{resource}", generation)


def _of_generation(text: str, generation: int) -> str:
    """The first generation has the text of before there were any. No id contains the character between the two."""
    return f"{text}#{generation}" if generation else text


def _key_id(key: bytes) -> str:
    return _sign(key, "key-id")[:8]


def _digits(key: bytes, text: str) -> str:
    return f"{int.from_bytes(hmac.digest(key, text.encode(), 'sha256')[:8]) % 1_000_000:06}"


def _proof(municipality: str, destination: str, until: dt.date) -> str:
    return f"proof:{municipality}/{destination.lower()}/{until.isoformat()}"


def is_equal(secret: str, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(secret.encode(), given.encode())
