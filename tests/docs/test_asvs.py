"""The table of the OWASP ASVS is complete, and its evidence exists."""

import ast
import re
from collections import Counter

import pytest

from tests.docs import asvs

ROWS, GAPS = asvs.read()


def test_each_requirement_of_levels_1_and_2_is_there_once_and_in_order():
    assert [row.id for row in ROWS] == list(asvs.required())
    assert Counter(asvs.required().values()) == {1: 70, 2: 183}


def test_a_requirement_that_is_in_the_source_twice_is_refused(tmp_path, monkeypatch):
    text = asvs.SOURCE.read_text(encoding="utf-8")
    monkeypatch.setattr(asvs, "SOURCE", tmp_path / "asvs.yaml")
    asvs.SOURCE.write_text(text.replace("  1.1.2:\n", "  1.1.1:\n"))
    with pytest.raises(Exception, match=r"more than once: \['1.1.1'\]"):
        asvs.read()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_verdict_has_its_evidence_or_its_reason(row):
    assert row.verdict in asvs.VERDICTS
    assert row.asks
    assert row.evidence or row.verdict == "does not apply"
    assert row.note or row.verdict == "met"
    for evidence in row.evidence:
        path, _, test = evidence.partition("::")
        assert (asvs.ROOT / path).is_file(), path
        assert not test or f"def {test}(" in (asvs.ROOT / path).read_text(encoding="utf-8"), evidence


def test_each_requirement_that_is_not_met_is_in_one_gap():
    listed = Counter(each for gap in GAPS for each in gap.requirements)
    assert listed == Counter(row.id for row in ROWS if row.verdict in ("not met", "partly"))


def test_the_summary_counts_the_rows_of_the_page():
    page = asvs.page("")
    total = re.search(r"^\| all \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", page, re.MULTILINE)
    counted = Counter(re.findall(r"^\| v5\.0\.0-[\d.]+ \| [12] \| [^|]* \| ([^|]*) \|", page, re.MULTILINE))
    assert list(map(int, total.groups())) == [*(counted[each] for each in asvs.VERDICTS), len(ROWS)]


def test_no_code_of_the_components_evaluates_text():
    folders = ("gateway/loket_gateway", "services/*/loket_*", "deploy/backup/loket_backup")
    for file in (file for folder in folders for each in asvs.ROOT.glob(folder) for file in each.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            assert called not in ("eval", "exec", "compile", "__import__"), f"{file}: {called}"
