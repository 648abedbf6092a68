"""How far chance alone moves a figure: the variance of counts, shares, percentiles and means.

A change between two periods is beyond chance when it is larger than its margin, the half width of its 95 % interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

#: of the normal distribution, for 95 %
Z = 1.96


def margin(variance_now: float | None, variance_before: float | None) -> float | None:
    """The half width of the 95 % interval of a difference; None when one of the two variances is unknown."""
    if variance_now is None or variance_before is None:
        return None
    return round(Z * math.sqrt(variance_now + variance_before), 2)


def variance_of_share(part: int, whole: int) -> float | None:
    """In points squared, of a share in percent. Two are added to the sample, one of them to the part.

    This interval holds for small samples and for shares of 0 and 100 % too: Agresti and Caffo, The American
    Statistician 54 (2000).
    """
    if not whole:
        return None
    share, number = (part + 1) / (whole + 2), whole + 2
    return 100**2 * share * (1 - share) / number


def variance_of_percentile(values: Mapping[int, int], share: float, unit: float = 1) -> float | None:
    """From the ranks between which the percentile lies; None when there are too few values to say.

    `values`: how often each was counted, from the smallest; `unit`: of a value. Values are whole units, so the
    variance of rounding is added. McKean and Schrader, Communications in Statistics 13 (1984).
    """
    number = sum(values.values())
    spread = Z * math.sqrt(number * share * (1 - share))
    lowest, highest = math.floor(number * share - spread), math.ceil(number * share + spread) + 1
    if lowest < 1 or highest > number:
        return None
    width = _at_rank(values, highest) - _at_rank(values, lowest)
    return unit**2 * ((width / (2 * Z)) ** 2 + 1 / 12)


def variance_of_mean(values: Mapping[int, int]) -> float | None:
    """The variance of the mean of whole numbers; None for less than two. The variance of rounding is added."""
    number = sum(values.values())
    if number < 2:
        return None
    mean = sum(value * times for value, times in values.items()) / number
    squares = sum(times * (value - mean) ** 2 for value, times in values.items())
    return (squares / (number - 1) + 1 / 12) / number


def _at_rank(values: Mapping[int, int], rank: int) -> int:
    seen = 0
    for value, number in values.items():
        seen += number
        if seen >= rank:
            return value
    raise ValueError(rank)
