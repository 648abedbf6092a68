"""Published figures identify no resident, not even by subtraction."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from loket_reporting.domain.disclosure_control import FEW, publishable

COLUMNS = ("a", "b", "c")
tables = st.dictionaries(
    st.sampled_from(["x", "y", "z", "w"]),
    st.fixed_dictionaries({column: st.integers(0, 12) for column in COLUMNS}),
    min_size=1,
)


@given(tables)
def test_no_small_count_is_published_and_published_counts_are_true(table):
    shown = publishable(table, COLUMNS)
    for row, column in itertools.product(table, COLUMNS):
        said = shown[row][column]
        assert said is None or said == table[row][column]
        if 0 < table[row][column] < FEW:
            assert said is None


@given(tables)
def test_no_row_or_column_hides_a_single_count_that_its_total_would_reveal(table):
    shown = publishable(table, COLUMNS)
    for row in shown.values():
        assert list(row.values()).count(None) != 1
    if len(table) > 1:
        for column in COLUMNS:
            assert [row[column] for row in shown.values()].count(None) != 1


@given(tables)
def test_a_table_of_large_counts_hides_nothing(table):
    large = {row: {column: number + FEW for column, number in own.items()} for row, own in table.items()}
    assert publishable(large, COLUMNS) == large
