"""The shades that follow from the colour of a municipality are legible."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loket_gateway.pages.icons import icon
from loket_gateway.pages.theme import DARK_PAPER, DARK_RAISED, ENOUGH, WHITE, contrast, scale, stylesheet

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(COLOURS)
def test_every_text_in_the_colour_of_a_municipality_is_legible(colour):
    assume(contrast(colour, WHITE) >= ENOUGH)  # booking refuses the others
    shades = scale(colour)
    for text, background in (
        (WHITE, "brand"), (WHITE, "deep"), ("link", WHITE), ("link", "pale"), ("deep", "pale"),
        ("link-dark", DARK_PAPER), ("link-dark", DARK_RAISED),
    ):  # fmt: skip
        assert contrast(shades.get(text, text), shades.get(background, background)) >= ENOUGH, (text, background)


def test_a_municipality_without_a_colour_has_the_usual_one():
    assert stylesheet(None) == ""


@pytest.mark.parametrize("name", ["house", None, "unknown"])
def test_every_topic_has_an_icon(name):
    assert icon(name).startswith('<svg class="icon"')
