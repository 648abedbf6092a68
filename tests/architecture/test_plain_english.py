"""Docs, docstrings, comments, log messages and the names of tests avoid the phrases that this project used to overuse.

CONTRIBUTING.md says how to write instead; each pattern names a replacement. Add a pattern when a review finds a phrase
twice.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
#: pattern and what to write instead
PHRASES = {
    r"\b(?:for|of|to|by|with|from|at|on|beside|tells?) who\b": "the user, the caller, the resident",
    r"\bwho(?:ever|m)\b": "the user, the caller, the resident",
    r"\b(?:some|no)body\b(?!-)": "a user, a caller, a resident; no caller",
    r"\b(?:tells?|told|telling)\b": "return, report, show, notify",
    r"\bso (?:many|much|often|long)\b(?! (?:that|as)\b)": "the number itself",
    r"\banew\b": "again, newly",
    r"\b(?:\d|of|other|many|same|visible|typographic|thousand|so) signs\b|\bsigns (?:of|long|at most)\b": "characters",
    r"\bstands?\b(?! alone)": "is, lies, rests",
    r"\b(?:hears?|heard)\b": "receive, consume",
    r"\bknocks?\b": "calls",
    r"\bdoors?\b": "permission, entrance",
    r"\bby (?:it|them)self\b|\bby themselves\b": "automatically, alone",
    r"\bat hand\b": "available, current",
    r"\ba moment(?:'s memory| ago)\b": "cached, just now",
    r"\bwhat is none\b": "what is not one",
    r"\basks? of\b": "asks, requires",
    r"\bthe like\b|\bits likes\b": "similar",
    r"\bkept\b": "stored, cached",
    r"\bwish(?:es|ed)?\b": "command, request",
    r"\btowns?\b": "municipality",
    r"\blooks? along\b": "process, walk",
    r"\bcomes? to rest\b": "settle",
    r"\b(?:make|makes|made) up\b": "compose",
    r"\bdraws? breath\b|\bin the meantime\b": "meanwhile",
}
#: the same for the names of tests: a name states a rule about a subject
NAME_PHRASES = PHRASES | {
    r"\A(?:who|what|whatever|where|that|nothing|it|one|very|nobody)\b(?! (?:appointment|click|client|"
    r"municipality|person|service|slot|translation))": "begin with the subject: the caller, a message, an expired hold",
    r"\b(?:is|are|was|were) (?:none|no fault|no failure)\b": "is absent, is refused",
    r"\bthere (?:is|are) not\b": "unknown, missing",
    r"\bof before\b|\ball the same\b|\banybody\b": "earlier, anyway, any caller",
    r"\b(?:for|of|to|with|from|at|beside) what\b": "name it",
    r"\b(?:is|are) gone\b|\bwaits? no more\b": "was removed, ends",
    r"\b(?:goes?|takes?) along\b|\bforgotten\b": "carries over, is deleted",
}
FOUND = re.compile("|".join(f"(?:{pattern})" for pattern in PHRASES), re.IGNORECASE)
FOUND_IN_NAME = re.compile("|".join(f"(?:{pattern})" for pattern in NAME_PHRASES), re.IGNORECASE)
#: what is quoted: code and names
QUOTED = re.compile(r"`[^`]*`|\"[\w-]+\"|\]\([^)]*\)|<[^>]*>")
DEFINED_TEST = re.compile(r" *def test_(\w+)\(")
#: tables of old names, the pattern list itself
EXCEPT = ("docs/decisions/0034-name-modules-by-standard-terms.md", "tests/architecture/test_plain_english.py")
#: texts in Dutch and French
OTHER_LANGUAGES = (".nl.md", ".fr.md")
SCOPES = ("docs", "services", "gateway", "deploy", "tests", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "Makefile")


def of_markdown(text: str) -> Iterator[tuple[int, str]]:
    """The lines of prose, without code, addresses and the targets of links."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("       "):
            yield number, QUOTED.sub(" ", line)


def of_python(text: str) -> Iterator[tuple[int, str]]:
    """Comments, docstrings, the messages of log calls and the help of options, without what is quoted in backticks."""
    if "#" in text:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], QUOTED.sub(" ", token.string)
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Module() | ast.ClassDef() | ast.FunctionDef() if said := ast.get_docstring(node, clean=False):
                begin = node.body[0].lineno
                for number, line in enumerate(said.splitlines(), begin):
                    yield number, QUOTED.sub(" ", line)
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="log"), attr=_), args=[ast.Constant(value=str(message)), *_]
            ):
                yield node.lineno, message
            case ast.keyword(arg="help", value=ast.Constant(value=str(said))):
                yield node.value.lineno, QUOTED.sub(" ", said)


def names_of_tests(text: str) -> Iterator[tuple[int, str]]:
    """The name of each test as a sentence."""
    for number, line in enumerate(text.splitlines(), 1):
        if defined := DEFINED_TEST.match(line):
            yield number, defined[1].replace("_", " ")


@cache
def findings(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    if not FOUND.search(text):
        return []  # most files; to parse all takes seconds
    lines = of_python(text) if file.suffix == ".py" else of_markdown(text)
    name = file.relative_to(ROOT)
    return sorted({f"{name}:{number}: {found[0]}" for number, line in lines for found in FOUND.finditer(line)})


def files_of(scope: str) -> list[Path]:
    path = ROOT / scope
    files = sorted([*path.rglob("*.py"), *path.rglob("*.md")]) if path.is_dir() else [path]
    return [
        file for file in files
        if "node_modules" not in file.parts and not file.name.endswith(OTHER_LANGUAGES)
        and str(file.relative_to(ROOT)) not in EXCEPT
    ]  # fmt: skip


@pytest.mark.parametrize("scope", [scope for scope in SCOPES if (ROOT / scope).exists()])
def test_texts_use_plain_english(scope):
    assert [each for file in files_of(scope) for each in findings(file)] == []


def test_names_of_tests_use_plain_english():
    found = [
        f"{file.relative_to(ROOT)}:{number}: {name}"
        for scope in SCOPES
        for file in files_of(scope)
        if file.suffix == ".py"
        for number, name in names_of_tests(file.read_text(encoding="utf-8"))
        if FOUND_IN_NAME.search(name)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("test_who_waits_may_too_for_those_without_a_script", True),
        ("test_more_than_the_relay_remembers_is_told_all_the_same_and_each_once", True),
        ("test_whoever_waited_for_what_is_gone_waits_no_more", True),
        ("test_a_request_without_javascript_may_wait_instead_of_proof_of_work", False),
        ("test_one_appointment_can_claim_a_room", False),
    ],
)
def test_a_phrase_in_a_test_name_is_found(name, is_found):
    ((_, sentence),) = names_of_tests(f"def {name}(): pass")
    assert bool(FOUND_IN_NAME.search(sentence)) == is_found


def test_texts_for_users_use_plain_english():
    """The English texts of pages and problems. "Nobody is waiting" and "tell" are plain there."""
    with (ROOT / "gateway/loket_gateway/i18n/locale/nl.po").open("rb") as file:
        texts = [str(message.id) for message in read_po(file) if message.id]
    found = {text: {hit[0].lower() for hit in FOUND.finditer(text)} - {"nobody", "tell"} for text in texts}
    assert {text: hits for text, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [("The value is kept.", 1), ("The town waits anew.", 2), ("Return the free slots.", 0), ("`kept` is quoted", 0)],
)
def test_a_phrase_is_found(text, count):
    found = [each for _, line in of_markdown(text) for each in FOUND.findall(line)]
    assert len(found) == count
