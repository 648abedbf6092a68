"""Fields of forms and query parameters have English names. Dutch is for paths and translations."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from loket_gateway import pages
from loket_gateway.i18n import language
from loket_gateway.pages.deprecated_parameters import DEPRECATED_PARAMETERS

PAGES = Path(pages.__file__).parent
NAME = re.compile(r"[a-z][\w-]*")
WORD = re.compile(r"[^\W\d_]{2,}")
ATTRIBUTE = re.compile(r'\s([a-z]+)="')
PLACEHOLDER = re.compile(r"{\w*}")
#: names in a template or script: attributes, arguments of the macros in parts.html, and parameters of an address
IN_MARKUP = re.compile(
    r"""\bname="?([\w-]+)|\b(?:field|select|radios)\(\s*"([\w-]+)|-action", "([\w-]+)"|[?&;"'`}]([\w-]+)=["'{$]"""
)


def in_markup(text):
    return {name for found in IN_MARKUP.findall(text) for name in found if name}


def in_python(text):
    """Keys of mappings, and keywords of calls, which `see_other` makes parameters of an address."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Subscript(slice=ast.Constant(value=str(name))):
                found.add(name)
            case ast.Dict(keys=keys):
                found |= {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
            case ast.Call(func=ast.Attribute(attr="get" | "getlist"), args=[ast.Constant(value=str(name)), *_]):
                found.add(name)
            case ast.keyword(arg=str(name)):
                found.add(name)
    return {name for name in found if NAME.fullmatch(name)}


READERS = {".html": in_markup, ".js": in_markup, ".py": in_python}
FILES = [
    file for file in sorted(PAGES.rglob("*")) if file.suffix in READERS and file.name != "deprecated_parameters.py"
]


def words_of(text):
    return {word.lower() for word in WORD.findall(text)}


@cache
def dutch():
    """Words of the Dutch translation that are in no English text and no attribute of HTML."""
    with (Path(language.__file__).parent / "locale" / "nl.po").open("rb") as file:
        texts = [(str(message.id), str(message.string)) for message in read_po(file) if message.id]
    english = words_of(" ".join(text for text, _ in texts))
    attributes = {
        name for file in PAGES.rglob("*.html") for name in ATTRIBUTE.findall(file.read_text(encoding="utf-8"))
    }
    return words_of(PLACEHOLDER.sub(" ", " ".join(translation for _, translation in texts))) - english - attributes


def is_dutch(name):
    return name in DEPRECATED_PARAMETERS or not dutch().isdisjoint(words_of(name.replace("_", " ")))


@pytest.mark.parametrize("file", FILES, ids=lambda each: each.relative_to(PAGES).as_posix())
def test_fields_and_parameters_have_english_names(file):
    names = READERS[file.suffix](file.read_text(encoding="utf-8"))
    assert {name for name in names if is_dutch(name)} == set()


def test_names_are_found_where_they_are_written():
    template = (
        '<input name="uur">{{ field("datum", x) }}<a href="?maand={{ m }}&amp;dag={{ d }}"><a href="?wie=' + "{{ w }}"
    )
    assert in_markup(template) == {"uur", "datum", "maand", "dag", "wie"}
    code = 'form["uur"], args.get("datum"), form.getlist("dag"), {"maand": 1}, see_other(request, path, wie=who)'
    assert in_python(code) == {"uur", "datum", "dag", "maand", "wie"}


@pytest.mark.parametrize("name", ["datum", "kies_uur", "nieuwe-afspraak"])
def test_a_dutch_name_is_recognised(name):
    assert is_dutch(name)


def test_a_deprecated_name_is_not_in_use():
    assert DEPRECATED_PARAMETERS.keys().isdisjoint(DEPRECATED_PARAMETERS.values())
