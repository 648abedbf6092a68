"""The colours and the logo of a municipality are legible and safe."""

import pytest
from municipality_yaml import a_configuration

from loket_booking.configuration.reader import read_configuration
from loket_booking.domain.contrast import contrast
from loket_contracts.errors import Refusal


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    # the second pair is the usual example of a grey that just fails
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
        ("#abcdef", "#abcdef", 1),
    ],
)
def test_contrast_is_calculated_as_in_wcag(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_a_colour_with_too_little_contrast_to_white_is_refused_with_its_line():
    with pytest.raises(Refusal) as refusal:
        read_configuration(a_configuration(look={"colour": "#ffcc00"}))
    (error,) = refusal.value.errors
    assert error["pointer"] == "/look/colour"
    assert "contrast of 1.5" in error["detail"]


@pytest.mark.parametrize(
    "look", [{"colour": "teal"}, {"logo": "https://elsewhere.example/logo.png"}, {"logo": "data:text/html;base64,AA=="}]
)
def test_an_invalid_colour_or_an_external_logo_is_refused(look):
    with pytest.raises(Refusal):
        read_configuration(a_configuration(look=look))


def test_a_municipality_has_a_colour_a_logo_and_search_keywords():
    known = read_configuration(a_configuration(look={"colour": "#123456", "logo": "data:image/png;base64,AAAA"}))
    assert known.look.colour == "#123456"
    assert read_configuration(a_configuration()).look.colour is None
