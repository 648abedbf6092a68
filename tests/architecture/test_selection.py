"""Which tests a command selects, and which run together in one process."""

from pathlib import Path

import pytest

from tests import changed, long, selection

ROOT = Path(__file__).parents[2]


def test_a_folder_whose_tests_share_something_runs_in_one_process():
    assert selection.scope_of("tests/figures/test_year.py::test_a") == selection.scope_of(
        "tests/figures/test_m.py::test"
    )


@pytest.mark.parametrize("folder", ["services/booking/tests", "tests/browser", "tests/faults", "gateway/tests"])
def test_files_that_share_nothing_are_handed_out_one_by_one(folder):
    assert selection.scope_of(f"{folder}/test_a.py::test_x[1]") == f"{folder}/test_a.py"


def test_a_file_that_takes_long_comes_before_the_rest_of_its_folder():
    assert selection.place_of("tests/browser/test_accessibility.py::test_a") == "tests/browser/test_accessibility.py"
    assert selection.place_of("tests/browser/test_accessibility_of_more.py::test_a") == "tests/browser"


def test_every_chunk_of_the_fuzzer_is_handed_out_by_itself():
    scopes = {selection.scope_of(f"tests/fuzzing/test_openapi.py::test[{n} of 4]") for n in range(4)}
    assert len(scopes) == 4


def test_a_selection_of_folders_names_folders_that_there_are():
    paths = [part for parts in long.PARTS.values() for part in parts if not part.startswith("--")]
    assert [path for path in (*selection.SCOPES, *paths) if not (ROOT / path).exists()] == []


def test_every_test_is_in_a_part_of_the_long_form():
    paths = {part for parts in long.PARTS.values() for part in parts if not part.startswith("--")}
    files = {str(file.relative_to(ROOT)) for top in ("services", "gateway", "deploy", "tests")
             for file in (ROOT / top).rglob("test_*.py")}  # fmt: skip
    assert {file for file in files if not any(file == path or file.startswith(f"{path}/") for path in paths)} == set()


@pytest.mark.parametrize(
    ("path", "folders"),
    [
        ("services/booking/loket_booking/service.py", {"services/booking"}),
        ("services/contracts/loket_contracts/errors.py", {"services/contracts", "services/booking", "gateway"}),
        ("docs/testing.md", {"tests/docs"}),
        ("tests/browser/test_story.py", {"tests/browser"}),
        ("conftest.py", {"services/reporting", "tests/journeys"}),
    ],
)
def test_what_changed_chooses_its_tests(path, folders):
    assert set(changed.folders_of([path])) >= folders


def test_a_change_in_one_service_runs_no_other():
    assert "services/reporting" not in changed.folders_of(["services/booking/loket_booking/service.py"])


def test_a_test_that_asks_for_no_server_is_pure(request):
    assert selection.is_pure(request.node)


def test_a_test_that_asks_for_the_folder_of_servers_is_not_pure(folder, request):
    assert not selection.is_pure(request.node)
