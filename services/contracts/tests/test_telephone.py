"""A telephone number is read by the country of the municipality, and never guessed."""

import pytest

from loket_contracts import telephone


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("0475 123456", "NL", "+31475123456"),  # Roermond
        ("0475 123456", "BE", "+32475123456"),
        ("06 12345678", "NL", "+31612345678"),
        ("070 353 30 00", "NL", "+31703533000"),
        ("+31 6 12345678", "BE", "+31612345678"),
        ("0031 6 12345678", "BE", "+31612345678"),
        ("03/555.01.00", "BE", "+3235550100"),
        ("+32 (0)470 12 34 56", "NL", "+32470123456"),
        ("621 12 34 56", "LU", "+352621123456"),
        (" 0470\u00a012\u201034\u201056 ", "BE", "+32470123456"),
    ],
)
def test_a_national_number_belongs_to_the_country_of_the_municipality(text, country, number):
    assert telephone.read(text, country) == number


@pytest.mark.parametrize(
    ("text", "country", "sentence"),
    [
        ("06 12345678", "BE", telephone.NOT_HERE),
        ("12 34", "NL", telephone.NOT_HERE),
        ("+32 12", "NL", telephone.IMPOSSIBLE),
        ("12", "BE", telephone.IMPOSSIBLE),
        ("1" * 30, "BE", telephone.IMPOSSIBLE),
        ("1" * 300, "BE", telephone.NOT_A_NUMBER),
        ("0800 FLOWERS", "BE", telephone.NOT_A_NUMBER),
        ("0470 LOKET1", "BE", telephone.NOT_A_NUMBER),
        ("hello", "BE", telephone.NOT_A_NUMBER),
        ("", "BE", telephone.NOT_A_NUMBER),
        ("03 555 01 00 ext. 12", "BE", telephone.EXTENSION),
        ("03 555 01 00 x12", "BE", telephone.EXTENSION),
        ("03 555 01 00 poste 12", "BE", telephone.EXTENSION),
        ("+32 3 555 01 00 #12", "BE", telephone.EXTENSION),
        ("+3235550100;ext=12", "BE", telephone.EXTENSION),
    ],
)
def test_a_number_that_cannot_be_called_is_refused_with_advice(text, country, sentence):
    with pytest.raises(ValueError, match=r"number|extension") as refused:
        telephone.read(text, country)
    assert str(refused.value) == sentence


def test_the_refusal_of_a_foreign_number_asks_for_a_plus_and_the_country_code():
    assert "+" in telephone.NOT_HERE
    assert "country code" in telephone.NOT_HERE


def test_without_a_country_only_certain_errors_are_refused_and_nothing_is_changed():
    assert telephone.require_shape(" 06 12345678 ") == "06 12345678"
    assert telephone.require_shape("+31 6 12345678") == "+31612345678"


@pytest.mark.parametrize(
    ("number", "may_be"),
    [
        ("+32470123456", True), ("+31612345678", True), ("+12015550123", True),  # the same ranges in North America
        ("+3235550100", False), ("+31475123456", False), ("+3280012345", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_an_sms_is_possible_only_to_a_number_that_may_be_mobile(number, may_be):
    assert telephone.may_be_mobile(number) is may_be
