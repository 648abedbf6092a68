"""Change one part of a YAML text in place: comments, order and all other lines stay as they are.

PyYAML reports the position of each value in the text; only those characters are replaced. (A library that reads and
writes the whole file moves or drops comments when a list before them changes.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

import yaml

from loket_contracts.errors import Refusal

from .safe_load import compose, scan

INDENT = 2
_ALIAS = re.compile(r"\s*:\s*(\*[^\s,\[\]{}]+)")
_ANCHOR = re.compile(r"&([^\s,\[\]{}]+)")
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
#: characters that YAML treats as a line break, or does not allow
_BREAKING = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
#: without quotes, these would be read as another type than text
_MEANT_OTHERWISE = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def amended(text: str, path: Sequence[str], values: Mapping[str, Any]) -> str:
    """`text` with these keys of the mapping at `path` set; a key whose value is None is removed.

    Values are strings, and lists and mappings of them. Missing mappings on the path are added. Raises ValueError when
    something on the path is not a mapping.
    """
    for name, value in _changed(text, path, values).items():
        text = _with_one(text, path, name, value)
    return text


def _changed(text: str, path: Sequence[str], values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values that differ from those in the text. Each costs one more reading of the whole text."""
    node = compose(text)
    for step in path:
        found = _entry(_mapping(node), step)
        if found is None:
            return values
        node = found[1]
    before = _plain(_mapping(node))
    return {name: value for name, value in values.items() if before.get(name) != value}


def require_keys(values: Mapping[str, Any], known: Container[str]) -> None:
    """Raises Refusal: invalid-request, pointing at each unknown key."""
    if foreign := sorted(name for name in values if name not in known):
        raise Refusal(
            "invalid-request", errors=[{"pointer": f"/{name}", "detail": "Unknown field."} for name in foreign]
        )


def with_pointers_below(refusal: Refusal, path: Sequence[str]) -> Refusal:
    """The refusal of a whole text as one of the part at `path`: invalid-request, with pointers below that part."""
    part = "".join(f"/{step}" for step in path)
    errors = [
        {**each, "pointer": each["pointer"].removeprefix(part) or "/"}
        if f"{each['pointer']}/".startswith(f"{part}/")
        else each
        for each in refusal.errors
    ]
    return Refusal("invalid-request", errors=errors)


def _with_one(text: str, path: Sequence[str], name: str, value: Any) -> str:
    node = _mapping(compose(text))
    for depth, step in enumerate(path):
        found = _entry(node, step)
        if found is None:
            if value is None:
                return text
            for missing in reversed(path[depth + 1 :]):
                name, value = missing, {name: value}
            return _added(text, node, step, {name: value})
        if alias := _ALIAS.match(text, found[0].end_mark.index):
            copy = text[: alias.start(1)] + _flow(_plain(found[1])) + text[alias.end(1) :]
            return _with_one(copy, path, name, value)
        node = _mapping(found[1])
    found = _entry(node, name)
    if found is None:
        return text if value is None else _added(text, node, name, value)
    if value is not None and _plain(found[1]) == value:
        return text  # it keeps the form in which it was written
    if not _ALIAS.match(text, found[0].end_mark.index):
        text = _handed_on(text, found[1])
    if node.flow_style:
        return _rewritten(text, node, {**_plain(node), name: value})
    return _removed(text, node, *found) if value is None else _replaced(text, *found, value)


def _handed_on(text: str, node: yaml.Node) -> str:
    """Move the anchors of a node that is replaced to the first alias that refers to each."""
    end = _end(text, node)
    for each in _all_below(node):
        anchor = _ANCHOR.match(text, each.start_mark.index)
        if anchor is None:
            continue
        for token in scan(text):
            start, stop = token.start_mark.index, token.end_mark.index
            if start >= end and isinstance(token, yaml.AliasToken) and token.value == anchor[1]:
                text = f"{text[:start]}&{anchor[1]} {_flow(_plain(each))}{text[stop:]}"
                break
    return text


def _all_below(node: yaml.Node) -> Iterator[yaml.Node]:
    yield node
    for each in node.value if isinstance(node, yaml.CollectionNode) else ():
        yield from _all_below(each[1] if isinstance(each, tuple) else each)


def _mapping(node: yaml.Node | None) -> yaml.MappingNode:
    if not isinstance(node, yaml.MappingNode):
        raise ValueError("Something on the path is not a mapping.")
    return node


def _entry(node: yaml.MappingNode, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    return next((pair for pair in node.value if pair[0].value == name), None)


def _plain(node: yaml.Node) -> Any:
    """The value of a node, every scalar a string."""
    if isinstance(node, yaml.MappingNode):
        return {key.value: _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    return node.value


def _replaced(text: str, key: yaml.Node, node: yaml.Node, value: Any) -> str:
    start, end = node.start_mark.index, _end(text, node)
    alias = _ALIAS.match(text, key.end_mark.index)
    if alias:  # the node is the one that the alias refers to
        start, end = alias.span(1)
    if not _on_lines(value):
        return text[:start] + _flow(value) + text[end:]
    on_the_line_of_its_key = "\n" not in text[key.end_mark.index : start]
    if alias or on_the_line_of_its_key:
        start, column = text.index(":", key.end_mark.index) + 1, key.start_mark.column + INDENT
        return text[:start] + "\n" + _lines(value, column) + text[end:]
    column = node.start_mark.column
    return text[:start] + _lines(value, column).lstrip() + text[end:]


def _removed(text: str, parent: yaml.MappingNode, key: yaml.Node, node: yaml.Node) -> str:
    if len(parent.value) == 1:
        return text[: parent.start_mark.index] + "{}" + text[_end(text, parent) :]
    alias = _ALIAS.match(text, key.end_mark.index)
    end = text.find("\n", alias.end() if alias else _end(text, node))
    start = text.rfind("\n", 0, key.start_mark.index) + 1
    return text[:start] + (text[end + 1 :] if end >= 0 else "")


def _added(text: str, parent: yaml.MappingNode, name: str, value: Any) -> str:
    if parent.flow_style:
        return _rewritten(text, parent, {**_plain(parent), name: value})
    key, last = parent.value[-1]
    alias = _ALIAS.match(text, key.end_mark.index)
    end = text.find("\n", alias.end() if alias else _end(text, last))
    head, tail = (text, "") if end < 0 else (text[:end], text[end + 1 :])
    return f"{head}\n{_lines({name: value}, parent.start_mark.column)}\n{tail}"


def _rewritten(text: str, node: yaml.MappingNode, values: Mapping[str, Any]) -> str:
    kept = {name: value for name, value in values.items() if value is not None}
    return text[: node.start_mark.index] + _flow(kept) + text[node.end_mark.index :]


def _end(text: str, node: yaml.Node) -> int:
    """The end of a node's last character; PyYAML ends a block where the next node begins."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        key, value = last if isinstance(last, tuple) else (None, last)
        alias = _ALIAS.match(text, key.end_mark.index) if key is not None else None
        return alias.end() if alias else _end(text, value)
    end = node.end_mark.index
    return len(text[:end].rstrip("\n")) if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") else int(end)


def _on_lines(value: Any) -> bool:
    """Whether the value needs lines of its own: a list of mappings, or a mapping of those or of mappings."""
    if isinstance(value, list):
        return any(isinstance(each, Mapping) for each in value)
    return isinstance(value, Mapping) and any(_on_lines(each) or isinstance(each, Mapping) for each in value.values())


def _lines(value: Any, column: int) -> str:
    """As block lines from `column` on, without the last line's end."""
    margin = " " * column
    if isinstance(value, list):
        return "\n".join(f"{margin}- {_flow(each)}" for each in value)
    written = []
    for name, each in value.items():
        head = f"{margin}{_flow(name)}:"
        written.append(f"{head}\n{_lines(each, column + INDENT)}" if _on_lines(each) else f"{head} {_flow(each)}")
    return "\n".join(written)


def _flow(value: Any) -> str:
    """The value on one line. Names and whole numbers are plain; other texts are in double quotes, as in JSON."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(name)}: {_flow(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if (_BARE.match(value) and value.lower() not in _MEANT_OTHERWISE) or re.fullmatch(r"0|[1-9][0-9]{0,8}", value):
        return str(value)
    return _BREAKING.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))
