"""The margin of a change covers chance."""

import random
from collections import Counter

import pytest

from loket_reporting.domain.calculations import percentile
from loket_reporting.domain.uncertainty import margin, variance_of_mean, variance_of_percentile, variance_of_share

DRAWS = 400


def counted(values):
    return dict(sorted(Counter(values).items()))


def scores(random_, number):
    return random_.choices([1, 2, 3, 4, 5], [2, 3, 10, 35, 50], k=number)


def waits(random_, number):
    return [round(random_.expovariate(1 / 12)) for _ in range(number)]


def share(random_, number):
    part = sum(random_.random() < 0.06 for _ in range(number))
    return 100 * part / number, variance_of_share(part, number)


def mean(random_, number):
    found = scores(random_, number)
    return sum(found) / number, variance_of_mean(counted(found))


def median(random_, number):
    found = counted(waits(random_, number))
    return percentile(found, 0.5), variance_of_percentile(found, 0.5)


def ninth_decile(random_, number):
    found = counted(waits(random_, number))
    return percentile(found, 0.9), variance_of_percentile(found, 0.9)


@pytest.mark.parametrize("figure", [share, mean, median, ninth_decile])
@pytest.mark.parametrize("number", [60, 300])
def test_two_samples_of_the_same_residents_seldom_differ_by_more_than_the_margin(figure, number):
    random_, beyond = random.Random(f"{figure.__name__} {number}"), 0
    for _ in range(DRAWS):
        (now, variance_now), (before, variance_before) = figure(random_, number), figure(random_, number)
        beyond += abs(now - before) > margin(variance_now, variance_before)
    assert 0 < beyond / DRAWS <= 0.08


def test_too_few_values_have_no_margin():
    assert variance_of_share(0, 0) is None
    assert variance_of_mean({4: 1}) is None
    assert variance_of_percentile(counted([3, 5, 9]), 0.9) is None
    assert margin(None, 4.0) is None


def test_a_share_of_none_or_of_all_has_a_margin():
    assert margin(variance_of_share(0, 10), variance_of_share(10, 10)) > 20
