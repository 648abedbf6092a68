"""What a password must be, and that checking one costs the same for an account that does not exist."""

import unicodedata

import pytest
from argon2 import extract_parameters

from loket_gateway.access import passwords


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elf tekens.", "short"),
        ("x" * 201, "long"),
        ("            ", "easy"),
        ("123456789012", "easy"),
        ("aaaaaaaaaaaa", "easy"),
        ("abcdefghijkl", "easy"),
        ("Password1234", "easy"),
        ("P@ssw0rd1234", "easy"),
        ("Wachtwoord12", "easy"),
        ("Welkom123456", "easy"),
        ("Gemeente2026", "easy"),
        ("avertommen12", "easy"),
        ("RumstRumst12", "easy"),
    ],
)  # fmt: skip
def test_a_password_that_is_short_common_or_made_of_a_name_is_refused(password, why):
    assert passwords.weakness_of(password, ("avertommen", "rumst")) == why


@pytest.mark.parametrize(
    "password", ["een rij van woorden", "paard stapel batterij", "kHx7-Qz2m-Wp4r", "слова подряд тут"]
)
def test_any_characters_make_a_password_if_it_is_hard_to_guess(password):
    assert passwords.weakness_of(password, ("avertommen",)) is None


def test_a_first_password_follows_the_rules():
    password = passwords.generate_password()
    assert passwords.weakness_of(password) is None
    assert len(set(passwords._CHARACTERS)) ** len(password.replace("-", "")) > 2**128


def test_a_password_is_the_same_however_a_keyboard_encodes_it():
    composed = unicodedata.normalize("NFC", "één zoë café crème")
    decomposed = unicodedata.normalize("NFD", composed)
    assert passwords.verify_password(passwords.hash_password(decomposed), composed)
    assert passwords.verify_password(passwords.hash_password(composed), decomposed)


def test_a_password_that_an_earlier_release_hashed_as_it_was_typed_still_works():
    decomposed = unicodedata.normalize("NFD", "één zoë café crème")
    assert passwords.verify_password(passwords._hasher.hash(decomposed), decomposed)


def test_a_longer_password_that_begins_with_the_right_one_is_refused():
    right = "een rij van woorden " * 10
    assert len(right) == passwords.LONGEST
    assert passwords.verify_password(passwords.hash_password(right), right)
    assert not passwords.verify_password(passwords.hash_password(right), f"{right}x")


def test_a_password_that_a_keyboard_encodes_with_more_characters_than_are_allowed_is_right():
    right = "één zoë café crème, " * 10
    assert passwords.weakness_of(right) is None
    assert passwords.verify_password(passwords.hash_password(right), unicodedata.normalize("NFD", right))


def test_an_account_that_does_not_exist_costs_one_hash_of_the_same_parameters(monkeypatch):
    stored, verified = passwords.hash_password("een rij van woorden"), []
    verify = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda *given: verified.append(given) or verify(*given))
    assert not passwords.verify_password(stored, "wrong")
    assert not passwords.verify_password(None, "wrong")
    of_account, of_nobody = (extract_parameters(hashed) for hashed, _ in verified)
    assert of_account == of_nobody
