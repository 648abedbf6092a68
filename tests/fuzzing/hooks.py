"""Loaded by schemathesis: read the characters of an encoding once. Hypothesis does so for every strategy of strings."""

import functools

from hypothesis.internal import charmap

charmap.intervals_from_codec = functools.cache(charmap.intervals_from_codec)
