"""The page about protection agrees with the code."""

from pathlib import Path

from loket_gateway.access import passwords, sessions
from loket_gateway.access.audit import KEPT_FOR

PAGE = (Path(__file__).parents[2] / "docs/security/protection.md").read_text(encoding="utf-8")


def test_the_words_that_passwords_may_not_be_made_of_are_documented():
    assert [word for word in passwords._COMMON_WORDS if f"`{word}`" not in PAGE] == []
    assert f"| {passwords.SHORTEST} characters" in PAGE


def test_the_lifetimes_of_a_session_are_documented():
    idle, longest, confirmed = (
        each.total_seconds() / 60 for each in (sessions.IDLE, sessions.LONGEST, sessions.CONFIRMED_FOR)
    )
    assert f"{idle:.0f} minutes without a request" in PAGE
    assert f"after {longest / 60:.0f} hours in any case" in PAGE
    assert f"in the last {confirmed:.0f} minutes" in PAGE


def test_the_retention_of_the_access_log_is_documented():
    assert KEPT_FOR.days == 365
    assert "the access log a year" in PAGE
