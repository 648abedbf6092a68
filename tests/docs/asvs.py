"""The table of the OWASP ASVS 5.0.0, rendered from docs/security/asvs.yaml."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "docs" / "security" / "asvs.yaml"
#: the chapters of the standard, in our words
CHAPTERS = {
    1: "Encoding and injection", 2: "Validation and business logic", 3: "Browser", 4: "API and web service", 5: "Files",
    6: "Authentication", 7: "Sessions", 8: "Authorisation", 9: "Tokens with content", 10: "OAuth and OpenID Connect",
    11: "Cryptography", 12: "TLS", 13: "Configuration and secrets", 14: "Data protection",
    15: "Code and dependencies", 16: "Logs and errors", 17: "WebRTC",
}  # fmt: skip
#: the level of each requirement of a section, in order: 1.1 has 1.1.1 and 1.1.2, both of level 2
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
MADE = "<!-- made by `make docs` from asvs.yaml; change it there -->\n\n"
VERDICTS = ("met", "partly", "not met", "does not apply")


@dataclass(frozen=True)
class Requirement:
    """`id`: as 1.1.1. `evidence`: paths from the root; `path::test_name` is one test."""

    id: str
    level: int
    asks: str
    verdict: str
    note: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def chapter(self) -> int:
        return int(self.id.partition(".")[0])


@dataclass(frozen=True)
class Gap:
    """What is to be done so that these requirements are met."""

    requirements: tuple[str, ...]
    to_do: str


def required() -> dict[str, int]:
    """The level of each requirement of levels 1 and 2."""
    return {
        f"{section}.{number}": int(level)
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, start=1)
        if level in "12"
    }


def read() -> tuple[list[Requirement], list[Gap]]:
    """The requirements and the gaps of the source. Raises KeyError for an id that the standard does not have."""
    source: dict[str, Any] = yaml.load(SOURCE.read_text(encoding="utf-8"), UniqueKeys)
    levels = required()
    rows = [
        Requirement(id, levels[id], **{**row, "evidence": tuple(row.get("evidence", ()))})
        for id, row in source["requirements"].items()
    ]
    return rows, [Gap(tuple(each["requirements"]), each["to_do"]) for each in source["gaps"]]


class UniqueKeys(yaml.CSafeLoader):
    """Refuses a key that is in a mapping twice, of which the library takes the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if twice := [key for key, times in Counter(keys).items() if times > 1]:
            raise yaml.YAMLError(f"more than once: {twice}")
        return super().construct_mapping(node, deep)


def page(made: str) -> str:
    """Return docs/security/asvs.md."""
    rows, gaps = read()
    text = made + "# OWASP ASVS 5.0, level 2\n\n"
    text += (
        "Loket measured by its developers against levels 1 and 2 of the [OWASP Application Security Verification "
        "Standard](https://github.com/OWASP/ASVS) 5.0.0. It is no verification by another party. The "
        "standard is © the OWASP Foundation, [CC BY-SA 4.0](https://creativecommons.org/licenses/by-sa/4.0/); its ids "
        "are used, and the requirements are summed up in our own words, so read the standard for what each says. "
        "Evidence is the code, or the test that fails without it. A test checks that all of it exists.\n\n"
    )
    text += "\n".join(_summary(rows)) + "\n"
    verdict_of = {row.id: row.verdict for row in rows}
    for title, wanted in (("Not met", "not met"), ("Partly met", "partly")):
        text += f"\n## {title}\n\n| requirements | to do |\n| --- | --- |\n"
        for gap in gaps:
            if ids := [each for each in gap.requirements if verdict_of[each] == wanted]:
                text += f"| {', '.join(ids)} | {_cell(gap.to_do)} |\n"
    for chapter, title in CHAPTERS.items():
        text += f"\n## {chapter}. {title}\n\n| id | level | asks | verdict | why | evidence |\n"
        text += "| --- | --- | --- | --- | --- | --- |\n"
        for row in rows:
            if row.chapter == chapter:
                cells = (f"v5.0.0-{row.id}", str(row.level), row.asks, row.verdict, row.note)
                text += f"| {' | '.join(map(_cell, cells))} | {'; '.join(map(_link, row.evidence))} |\n"
    return text


def _summary(rows: list[Requirement]) -> Iterator[str]:
    yield f"| chapter | {' | '.join(VERDICTS)} | all |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for chapter, title in CHAPTERS.items():
        yield _counts(f"{chapter}. {title}", [row for row in rows if row.chapter == chapter])
    for level in (1, 2):
        yield _counts(f"level {level}", [row for row in rows if row.level == level])
    yield _counts("all", rows)


def _counts(name: str, rows: list[Requirement]) -> str:
    found = Counter(row.verdict for row in rows)
    return f"| {name} | {' | '.join(str(found[each]) for each in VERDICTS)} | {len(rows)} |"


def _link(evidence: str) -> str:
    path, _, test = evidence.partition("::")
    link = f"[{Path(path).name}](../../{path})"
    return f"{link}: {test.removeprefix('test_').replace('_', ' ')}" if test else link


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
