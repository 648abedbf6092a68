"""Which tests a command selects, and which run together in one process."""

from pathlib import Path

import pytest

from tests import changed, long, selection

ROOT = Path(__file__).parents[2]


def test_a_folder_with_shared_fixtures_runs_in_one_process():
    for folder in ("tests/figures", "tests/faults"):
        assert selection.scope_of(f"{folder}/test_a.py::test_a") == selection.scope_of(f"{folder}/test_m.py::test")


@pytest.mark.parametrize(
    "folder",
    ["services/booking/tests", "services/chassis/tests", "services/contracts/tests", "tests/browser", "gateway/tests"],
)
def test_files_without_shared_fixtures_are_distributed_one_by_one(folder):
    assert selection.scope_of(f"{folder}/test_a.py::test_x[1]") == f"{folder}/test_a.py"


def test_a_slow_file_runs_before_the_rest_of_its_folder():
    assert selection.place_of("tests/browser/test_accessibility.py::test_a") == "tests/browser/test_accessibility.py"
    assert selection.place_of("tests/browser/test_accessibility_of_more.py::test_a") == "tests/browser"


@pytest.mark.parametrize("file", ["tests/fuzzing/test_openapi.py", "services/chassis/tests/test_shutdown.py"])
def test_every_test_of_a_file_that_takes_long_is_distributed_alone(file):
    scopes = {selection.scope_of(f"{file}::test[{n} of 4]") for n in range(4)}
    assert len(scopes) == 4


def test_a_selection_names_existing_folders():
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
def test_the_changed_files_select_their_tests(path, folders):
    assert set(changed.folders_of([path])) >= folders


def test_a_change_in_one_service_selects_no_other_service():
    assert "services/reporting" not in changed.folders_of(["services/booking/loket_booking/service.py"])


def test_a_test_without_a_server_is_pure(request):
    assert selection.is_pure(request.node)


def test_a_test_that_uses_the_servers_folder_is_not_pure(folder, request):
    assert not selection.is_pure(request.node)
