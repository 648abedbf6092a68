"""Password hashes with Argon2id (RFC 9106), checked in a thread so that the event loop is not blocked.

The rules for a new password are those of NIST SP 800-63B, 5.1.1: length, and no password that is easily guessed. There
are no rules about kinds of characters.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool

SHORTEST = 12
LONGEST = 200
#: guesses that a password must withstand, as a power of ten. The estimate knows lists of common passwords
GUESSES = 8
#: characters that the estimate reads: its time grows with the square
ESTIMATED = 72
#: words that people in a municipality choose first
_COMMON_WORDS = (
    "loket",
    "gemeente",
    "gemeentehuis",
    "stadhuis",
    "wachtwoord",
    "paswoord",
    "welkom",
    "afspraak",
    "balie",
)
#: without l, 1, O and 0, which look alike on paper
_CHARACTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)  # OWASP, Password Storage Cheat Sheet
#: checked when there is no such account, so that timing does not reveal it
_OF_NO_ACCOUNT = _hasher.hash(secrets.token_urlsafe(24))
# each thread retains the 19 MiB of its last check, and more threads than cores are no faster
tpool.set_num_threads(2)


def generate_password() -> str:
    """Return a random initial password of 145 bits."""
    return "-".join("".join(secrets.choice(_CHARACTERS) for _ in range(5)) for _ in range(5))


def weakness_of(password: str, words: Iterable[str] = ()) -> str | None:
    """Return why a new password is not accepted: `short`, `long` or `easy`; else None.

    `words`: which an attacker tries first, such as the name of the account.
    """
    from zxcvbn import zxcvbn  # imported when needed: it takes 14 MiB

    password = _normalised(password)
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    tried_first = [part for word in (*words, *_COMMON_WORDS) for part in (word, *word.split("-")) if part]
    guesses = zxcvbn(password[:ESTIMATED], user_inputs=tried_first)["guesses_log10"]
    return "easy" if guesses < GUESSES else None


def hash_password(password: str) -> str:
    found: str = tpool.execute(_hasher.hash, _normalised(password))
    return found


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right. It takes as long when there is no hash.

    Earlier releases hashed what was typed. It is tried too when it differs from its normal form. A text that is longer
    than any password is wrong: its beginning does not count.
    """
    candidates = dict.fromkeys((_normalised(password), password))
    possible = [each for each in candidates if len(each) <= LONGEST]
    if not possible:
        _verify(_OF_NO_ACCOUNT, password[:LONGEST])
    return any(_verify(stored or _OF_NO_ACCOUNT, each) for each in possible) and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        tpool.execute(_hasher.verify, stored, password)
    except (VerificationError, InvalidHashError):
        return False
    return True


def _normalised(password: str) -> str:
    """Return the one form of a password that keyboards encode differently (Unicode NFC)."""
    return unicodedata.normalize("NFC", password)
