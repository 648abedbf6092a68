"""A believable year of a municipality that does not exist, played through the real use cases with a clock of its own.

To show figures, and to try them: `make demo-data`.
"""
