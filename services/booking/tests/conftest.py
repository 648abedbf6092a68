"""Fixtures that all tests of booking share."""

from functools import lru_cache

import pytest

from loket_booking.configuration import reader

_read_once = lru_cache(maxsize=64)(reader.read_configuration)


@pytest.fixture(scope="module", autouse=True)
def configurations_parsed_once():
    """A configuration that many tests use is parsed once; what comes of it cannot be changed."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(reader, "read_configuration", _read_once)
        yield
