"""Load YAML from users, and reject what is dangerous in it.

A few lines of aliases can expand to billions of values, and an escape can be an unpaired surrogate, which no encoder
can write again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

import yaml

MAX_DEPTH = 30
#: an alias counts as often as it is used; a large municipality has about ten thousand values
MAX_VALUES = 200_000
_HALF = re.compile("[\ud800-\udfff]")
#: tabs, carriage returns, byte order marks and others that libyaml accepts or counts differently from PyYAML
_UNUSUAL = re.compile("[^\n -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")

T = TypeVar("T")


class UnsafeYaml(ValueError):
    """The text is not YAML, or is dangerous. The message says why; `line` counts from 1."""

    def __init__(self, reason: str, line: int = 1) -> None:
        super().__init__(reason)
        self.line = line


def compose(text: str) -> yaml.Node | None:
    """Parse the text into nodes; every key of a mapping is a scalar. None for an empty text. Raises UnsafeYaml."""
    try:
        # the base loader leaves every scalar a string, so that 13:30 is not read as 810
        root = _read(text, yaml.compose, "BaseLoader")
    except yaml.MarkedYAMLError as error:
        raise UnsafeYaml(error.problem or "", error.problem_mark.line + 1 if error.problem_mark else 1) from error
    except yaml.YAMLError as error:
        raise UnsafeYaml("it has characters that YAML does not allow") from error
    for number, (node, is_key) in enumerate(_all(root)):
        line = node.start_mark.line + 1
        if number > MAX_VALUES:
            raise UnsafeYaml("its aliases expand to too many values", line)
        if is_key and not isinstance(node, yaml.ScalarNode):
            raise UnsafeYaml("a key must be a text", line)
        if isinstance(node, yaml.ScalarNode) and _HALF.search(node.value):
            raise UnsafeYaml("it has half a character (an unpaired surrogate)", line)
    return root


def load(text: str) -> Any:
    """The values of a YAML text as `yaml.safe_load` reads them, faster. Raises yaml.YAMLError and ValueError."""
    return _read(text, yaml.load, "SafeLoader")


def scan(text: str) -> list[yaml.Token]:
    """The tokens of a YAML text. Raises yaml.YAMLError."""
    return _read(text, lambda text, loader: list(yaml.scan(text, loader)), "BaseLoader")


def value_of(root: yaml.Node | None) -> Any:
    """The value of composed nodes, every scalar a string."""
    return None if root is None else yaml.BaseLoader("").construct_document(root)


def first_level(text: str, key: str) -> str | None:
    """The string under one key of the top mapping, even when the rest is invalid; None when there is none."""
    try:
        read = value_of(compose(text))
    except (UnsafeYaml, yaml.YAMLError):
        return None
    found = read.get(key) if isinstance(read, dict) else None
    return found if isinstance(found, str) else None


def _all(root: yaml.Node | None) -> Iterator[tuple[yaml.Node, bool]]:
    """Every node and whether it is a key, aliases followed. Raises UnsafeYaml."""
    waiting = [(root, False, 0)] if root is not None else []
    while waiting:
        node, is_key, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise UnsafeYaml("it is nested too deeply", node.start_mark.line + 1)
        yield node, is_key
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                waiting += [(key, True, depth + 1), (value, False, depth + 1)]
        elif isinstance(node, yaml.SequenceNode):
            waiting += [(each, False, depth + 1) for each in node.value]


def _read(text: str, read: Callable[..., T], loader: str) -> T:
    """Read with libyaml, which is ten times as fast, wherever it gives the same result as PyYAML; else with PyYAML.

    Error messages and positions are PyYAML's, and a machine without libyaml reads the same. Raises UnsafeYaml for a
    text that is nested too deeply.
    """
    if yaml.__with_libyaml__ and not _UNUSUAL.search(text):
        with suppress(yaml.YAMLError):
            _require_shallow(text, yaml.CBaseLoader)
            return read(text, getattr(yaml, f"C{loader}"))
    _require_shallow(text, yaml.BaseLoader)
    return read(text, getattr(yaml, loader))


def _require_shallow(text: str, loader: type) -> None:
    """Refuse what is nested deeper than MAX_DEPTH: PyYAML reads it recursively, and would overflow the stack.

    Raises UnsafeYaml and yaml.YAMLError.
    """
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise UnsafeYaml("it is nested too deeply", event.start_mark.line + 1 if event.start_mark else 1)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
