"""Changes of figures as staff read them."""

import pytest

from loket_gateway.i18n.figure_names import change


def shown(name, difference, margin, before=100):
    found = change(name, {"difference": difference, "margin": margin}, before, "nl")
    return found.text, found.kind


def test_a_change_within_its_margin_is_neither_good_nor_bad():
    assert shown("no_show_share", 1.2, 3.0) == ("+1,2 ± 3", "plain")
    assert shown("satisfaction", -0.01, 0.2) == ("−0,01 ± 0,2", "plain")


@pytest.mark.parametrize(("name", "difference", "kind"), [
    ("no_show_share", 4.5, "bad"), ("no_show_share", -4.5, "good"), ("satisfaction", 0.4, "good"),
    ("walk_in_share", 9.0, "plain"),
])  # fmt: skip
def test_a_change_beyond_its_margin_is_good_or_bad_by_its_figure(name, difference, kind):
    assert shown(name, difference, abs(difference) / 2)[1] == kind


def test_a_change_without_a_known_margin_is_neither_good_nor_bad():
    assert shown("waited_median", 9, None) == ("+9", "plain")


def test_a_count_changes_in_percent_only_from_fifty_on():
    assert shown("appointments", 1333, 72, before=3) == ("+1.333 ± 72", "plain")
    assert shown("appointments", 30, 40, before=200) == ("+15 ± 20 %", "plain")


def test_without_a_difference_no_change_is_shown():
    assert change("appointments", None, None, "nl") is None
