"""The gateway shows exactly the figures that reporting works out, in their units."""

from loket_gateway.i18n import figure_names
from loket_reporting.domain.figures import FIGURES


def test_every_figure_has_a_title_its_unit_and_what_is_good_news():
    shown = {name: (unit, better) for name, (_, unit, better) in figure_names.FIGURES.items()}
    assert shown == {each.name: (each.unit, each.better) for each in FIGURES.values()}
