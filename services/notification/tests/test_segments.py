"""How an SMS is split into segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import gsm_encode

from loket_notification.domain.segments import BASIC, EXTENSION, cut, parts, plain, septets


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("é" * 160, "GSM-7", 160, 1),
        ("ê" * 70, "UCS-2", 70, 1),
        ("ê" * 71, "UCS-2", 71, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("a" * 66 + "😀" + "a" * 66, "UCS-2", 134, 3),
    ],
)
def test_characters_are_counted_as_a_telephone_counts_them(text, encoding, units, segments):
    assert cut(text).__dict__ == {"encoding": encoding, "units": units, "segments": segments}


@pytest.mark.parametrize("sign", "çêëïâîôû")
def test_common_letters_of_french_and_dutch_are_not_in_the_gsm_alphabet(sign):
    assert cut(sign).encoding == "UCS-2"


@given(st.text(max_size=1000))
def test_the_segments_together_are_the_text_and_each_fits_its_limit(text):
    found = parts(text)
    assert "".join(found) == text
    assert len(found) == cut(text).segments
    if len(found) > 1:
        most = 153 if cut(text).encoding == "GSM-7" else 67
        assert all(cut(part).units <= most for part in found)


@given(st.text(st.sampled_from(sorted({*BASIC, *EXTENSION} - {"§", "\f"})), max_size=300))
def test_the_septets_equal_those_of_another_encoder(text):
    assert septets(text) == gsm_encode(text)  # which lacks two of them, so they are left out


def test_the_section_sign_and_the_form_feed_have_their_codes():
    assert septets("§\f") == b"\x5f\x1b\x0a"


@given(st.text(max_size=300))
def test_simplifying_a_text_is_idempotent_and_leaves_gsm_text_unchanged(text):
    assert plain(plain(text)) == plain(text)
    if cut(text).encoding == "GSM-7":
        assert plain(text) == text


def test_dutch_and_french_are_simplified_when_that_saves_segments():
    assert plain("Ça coûte 5 €, “naïef” – ’s avonds") == 'Ça coute 5 €, "naief" - \'s avonds'.replace("Ça", "Ça")
    assert cut(plain("coöperatie, financiële, crème brûlée")).encoding == "GSM-7"
