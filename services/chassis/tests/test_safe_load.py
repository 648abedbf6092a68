"""The loader refuses YAML that no author can have meant, and reports the line."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from loket_chassis.yaml import safe_load
from loket_chassis.yaml.safe_load import UnsafeYaml, compose

RUMST = (Path(__file__).parents[3] / "deploy/municipalities/rumst.yaml").read_text(encoding="utf-8")
PARTS = (
    "a: 1\nb: [x, y, {c: d}]\nc:\n  - e\n  - f: g\n    h: |\n      text\n      more\n  -\n",
    "x: &u {a: 'b'}\ny: *u\nz: \"q\\\"r\"\n", "k: >-\n  folded\n  text\n\nl: plain\n  multi\n", RUMST[:900],
)  # fmt: skip
INSERTED = (
    "[", "]", "{", "}", ":", ": ", "- ", "\n", "\n  ", "\t", " #x", "&a ", "*a", "!x ", "!!str ", "|", "|-\n  x", "> ",
    "'", '"', '"\\u00e9"', '"\\ud800"', "? ", "%YAML 1.2\n---\n", "---\n", "...\n", "\r\n", "\r", "\x85", "\u2028",
    "\ufeff", "é", "\U0001f600", "\x00", "\x7f", "\ufffe", "@", "`", ",", "~", " ", "''", '"\\\n"', "<<: *a", "[" * 40,
)  # fmt: skip

#: ten times ten times ten ...
FOLDED = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
)


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a: b\nc: [", 2, "expected"),
        ("a: \x00", 1, "characters"),
        ("\n" + "[" * 100_000, 2, "nested"),
        ("a: 1\nb: " + "[" * 40 + "]" * 40, 2, "nested"),
        ("&a [*a]", 1, "nested"),
        (FOLDED, None, "expand"),
        ("a: 1\n? [b]\n: c", 2, "key"),
        ('a: 1\nb: "\\ud800"', 2, "half"),
        ('"\\udfff": 1', 1, "half"),
    ],
)
@pytest.mark.parametrize("libyaml", [True, False])
def test_invalid_yaml_is_refused_with_its_line(monkeypatch, libyaml, text, line, why):
    monkeypatch.setattr(yaml, "__with_libyaml__", libyaml)
    with pytest.raises(UnsafeYaml, match=why) as refused:
        compose(text)
    assert line in (None, refused.value.line)


@pytest.mark.parametrize("text", ["", "# nothing"])
def test_an_empty_text_parses_to_none(text):
    assert compose(text) is None


def test_common_aliases_and_unicode_characters_are_accepted():
    assert compose('usual: &usual {a: "\\U0001F600"}\nother: *usual') is not None


@st.composite
def texts(draw):
    """YAML as people write it, with something put in or left out."""
    text = draw(st.sampled_from(PARTS))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(INSERTED)) + text[at + draw(st.sampled_from((0, 0, 1, 4))) :]
    return text


def seen(node):
    """What counts of a node: its value, and its place in the text."""
    found = [(node.tag, node.start_mark.line, node.start_mark.index, node.end_mark.index, node.value)]
    if isinstance(node, yaml.CollectionNode):
        found[0] = (*found[0][:-1], bool(node.flow_style))
        for each in node.value:
            found += [part for below in (each if isinstance(each, tuple) else (each,)) for part in seen(below)]
    return found


def outcome(text):
    try:
        root = compose(text)
    except UnsafeYaml as error:
        return str(error), error.line
    return root and seen(root)


@given(texts())
def test_values_positions_and_errors_are_the_same_with_and_without_libyaml(text):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(yaml, "__with_libyaml__", False)
        exact = outcome(text)
    assert outcome(text) == exact


def test_a_whole_configuration_is_read_by_libyaml_alone(monkeypatch):
    usual = seen(yaml.compose(RUMST, Loader=yaml.BaseLoader))
    monkeypatch.delattr(yaml, "BaseLoader")
    assert seen(compose(RUMST)) == usual


def test_values_equal_those_of_yaml_safe_load():
    assert safe_load.load(RUMST) == yaml.safe_load(RUMST)
    with pytest.raises(
        yaml.YAMLError, match=r"could not determine a constructor[^\n]*\n.*line 1, column 4:\n *a: !x b"
    ):
        safe_load.load("a: !x b")
