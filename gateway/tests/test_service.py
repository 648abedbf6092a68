"""The groups of routes that make up the gateway do not get in each other's way."""

from collections import Counter

from loket_gateway.service import GatewayService


def test_no_two_groups_of_routes_use_one_name():
    """They are one class in the end: the second of two would silently take the place of the first."""
    groups = [each for each in GatewayService.__mro__[1:] if each.__module__.startswith("loket_gateway")]
    used = Counter(
        name for group in groups for name, value in vars(group).items() if callable(value) and not name.startswith("__")
    )
    assert [name for name, count in used.items() if count > 1] == []
