"""Use cases that only read."""
