"""Every figure is calculated, and every calculation belongs to a figure."""

from loket_contracts.figures import FIGURES
from loket_reporting.domain.figures import CALCULATIONS


def test_every_figure_of_the_contracts_is_calculated():
    assert set(CALCULATIONS) == set(FIGURES)
