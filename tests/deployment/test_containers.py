"""Loket in real containers. `make docker-test` runs the same in a private engine."""

import pytest

from tests.containers.engine import EngineUnavailable
from tests.containers.report import Record
from tests.containers.run import reason_to_skip, short


@pytest.mark.timeout(1800)  # builds the images, where none is cached
def test_a_stack_in_containers_books_and_loses_nothing_when_a_part_is_killed():
    if reason := reason_to_skip():
        pytest.skip(reason)
    try:
        short(Record())
    except EngineUnavailable as error:
        pytest.skip(str(error))
