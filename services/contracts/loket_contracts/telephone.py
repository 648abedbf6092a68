"""Telephone numbers, by the metadata of libphonenumber.

A number without a country code can only be parsed with the country: booking knows it from the municipality. The other
parts check what is certain without it.
"""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType

#: ISO 3166-1 alpha-2
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)

NOT_A_NUMBER = "This is not a telephone number."
IMPOSSIBLE = "This telephone number cannot exist."
NOT_HERE = "This number does not exist in this country. Begin a foreign number with + and its country code."
EXTENSION = "Give the number without an extension."

LONGEST = 40
#: plus signs, spaces, dots, slashes, brackets and dashes are written in numbers, and printed as such
_WRITTEN = re.compile(r"[+\uff0b]?[\d\s./()\[\]\u00a0\u00b7\u2010-\u2015\u2212~-]+")
#: RFC 3966 and what people write: "ext. 12", "x12", "poste 12", "#12"
_EXTENSION = re.compile(r"\d.*?(?:;?\s*ext|x|#|poste|toestel|tst|durchwahl|,|;).{0,12}\d+\W*\Z", re.IGNORECASE)
_MAY_BE_MOBILE = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def require_shape(text: str) -> str:
    """The text of a number, if it can be one in some country. Raises ValueError with a sentence.

    A number with its country code is checked in full, and returned in the form of ITU-T E.164.
    """
    written = text.strip()
    if len(written) > LONGEST or not _WRITTEN.fullmatch(written):
        raise ValueError(EXTENSION if len(written) <= LONGEST and _EXTENSION.search(written) else NOT_A_NUMBER)
    if written[0] in "+\uff0b":
        return _e164(written, None)
    if not 3 <= sum(each.isdigit() for each in written) <= 17:  # E.164: at most 15, and 00 before them
        raise ValueError(IMPOSSIBLE)
    return written


def read(text: str, country: str) -> str:
    """The number in the form of ITU-T E.164. `country` (ISO 3166-1 alpha-2) is that of a number without a country code.

    Raises ValueError with a sentence.
    """
    return _e164(require_shape(text), country)


def may_be_mobile(number: str) -> bool:
    """Whether an SMS to this number, in E.164 form, can arrive. Some countries mix mobile and fixed numbers."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) in _MAY_BE_MOBILE
    except phonenumbers.NumberParseException:
        return False


def _e164(text: str, country: str | None) -> str:
    abroad = country is None or text.startswith(("+", "\uff0b"))
    try:
        number: PhoneNumber = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise ValueError(IMPOSSIBLE if abroad else NOT_HERE) from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError(IMPOSSIBLE if abroad else NOT_HERE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
