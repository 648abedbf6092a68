"""Every error text for a caller has a translation, wherever in the code it is raised."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from loket_gateway.i18n import language

ROOT = Path(__file__).parents[2]
SOURCES = [*ROOT.glob("services/*/loket_*/**/*.py"), *ROOT.glob("gateway/loket_gateway/**/*.py")]
#: whose text is sent to the caller
RAISING_CALLS = {"ValidationError", "NotAllowed", "_wrong", "_problem", "refused"}
#: constants that hold such a text
TEXT_CONSTANTS = {"DAY_ERROR", "TOO_LONG", "UNSPOKEN", "NOT_A_NUMBER", "IMPOSSIBLE", "NOT_HERE", "EXTENSION"}
#: what of marshmallow's own sentences the schemas can say
OF_MARSHMALLOW = {
    "Missing data for required field.", "Field may not be null.", "Invalid value.", "Unknown field.",
    "Invalid input type.", "Invalid type.", "Not a valid string.", "Not a valid number.", "Not a valid integer.",
    "Not a valid boolean.", "Not a valid date.", "Not a valid time.", "Not a valid list.", "Not a valid mapping type.",
    "Not a valid URL.", "String does not match expected pattern.", "Must be one of: {}.", "Length must be {}.",
    "Shorter than minimum length {}.", "Longer than maximum length {}.", "Length must be between {} and {}.",
    "Must be greater than or equal to {}.", "Must be less than or equal to {}.",
    "Must be greater than or equal to {} and less than or equal to {}.",
}  # fmt: skip


@cache
def sentences() -> set[str]:
    found = {text for file in SOURCES for text in _of(ast.parse(file.read_text()))}
    assert len(found) > 50, "the sentences are written in some other way now; this test does not find them"
    return found


def _of(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(args=[_, ast.Dict(keys=[ast.Constant(value="reason")], values=[value])]):
                yield from _texts(value)
            case ast.Call(func=ast.Name(id=name), args=given) if name in RAISING_CALLS:
                yield from _texts(*given)
            case ast.keyword(arg="error", value=value):
                yield from _texts(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in TEXT_CONSTANTS:
                yield from _texts(value)
            case ast.Dict(keys=[_, ast.Constant(value="detail")], values=[_, value]):
                yield from _texts(value)
            case ast.Assign(targets=[ast.Name(id="detail")], value=value) | ast.Tuple(elts=[_, value]):
                yield from (text for text in _texts(value) if text.endswith("."))


def _texts(*nodes: ast.AST) -> Iterator[str]:
    """Those that are texts of several words, with {} for what is filled in."""
    for node in nodes:
        parts = node.values if isinstance(node, ast.JoinedStr) else [node] if isinstance(node, ast.Constant) else []
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in parts)
        if " " in text:
            yield text


@pytest.mark.parametrize("spoken", ["nl", "fr", "de"])
def test_every_error_detail_is_translated(spoken):
    there = language.catalogue(spoken)
    missing = {
        text
        for text in sentences() | OF_MARSHMALLOW
        if there.gettext(text) == text and there.gettext(language.shape(text)) == language.shape(text)
    }
    assert not missing, "\n".join(sorted(missing))
