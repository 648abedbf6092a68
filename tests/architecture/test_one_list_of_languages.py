"""The languages of Loket are listed in one place; everywhere else those of the municipality apply."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from loket_contracts.languages import DEFAULT_LANGUAGE, LANGUAGES

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "services/contracts/loket_contracts/languages.py"
#: documents that show how something looks, and the fictional municipality of the demonstration
EXAMPLES = ("examples.py", "event_examples.py")
CODE = [
    file
    for file in (*ROOT.glob("services/*/loket_*/**/*.py"), *ROOT.glob("gateway/loket_gateway/**/*.py"))
    if file != SOURCE and file.name not in EXAMPLES and "demonstration" not in file.parts
]


NAMED = re.compile(rf"""["']({"|".join(LANGUAGES)})["']""")


def fixed(tree: ast.Module) -> Iterator[int]:
    """The lines that name the default language, or list languages. A table with an entry for each may do so."""
    tables = {
        key
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        and {key.value for key in node.keys if isinstance(key, ast.Constant)} >= set(LANGUAGES)
        for key in node.keys
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == DEFAULT_LANGUAGE and node not in tables:
            yield node.lineno
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            listed = [each.value for each in node.elts if isinstance(each, ast.Constant)]
            if len(set(listed) & set(LANGUAGES)) > 1:
                yield node.lineno


def test_no_code_falls_back_to_a_fixed_language_or_lists_languages():
    found = {
        str(file.relative_to(ROOT)): lines
        for file in CODE
        if NAMED.search(text := file.read_text()) and (lines := list(fixed(ast.parse(text))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text", ['x.get("nl")', 'language or "nl"', 'load_default="nl"', 'f(default="nl")', '{"nl": text}', '("fr", "de")']
)
def test_a_fixed_language_is_found_in_every_notation(text):
    written = f"f({text})" if "=" in text and not text.startswith("f(") else text
    assert list(fixed(ast.parse(written)))


def test_every_language_has_translations_and_message_texts():
    there = {file.stem for file in (ROOT / "gateway/loket_gateway/i18n/locale").glob("*.po")}
    assert there == set(LANGUAGES) - {"en"}, "the source texts are English"
    assert {file.stem for file in (ROOT / "services/notification/loket_notification/templates").glob("??.yaml")} == set(
        LANGUAGES
    )
