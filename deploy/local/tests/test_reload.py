"""Which services restart when a file changes."""

import os

import pytest

from loket_local.reload import SourceWatcher, packages_of


@pytest.fixture
def folders(tmp_path):
    for name in ("booking", "gateway", "chassis"):
        (tmp_path / name / "domain").mkdir(parents=True)
        (tmp_path / name / "domain" / "a.py").write_text("")
    return tmp_path


@pytest.fixture
def watcher(folders):
    return SourceWatcher(
        {name: [folders / name, folders / "chassis"] for name in ("booking", "gateway")},
    )


def test_nothing_changed(watcher):
    assert watcher.changed() == set()


def test_a_file_of_one_service_changed(folders, watcher):
    os.utime(folders / "booking" / "domain" / "a.py", (1, 1))
    assert watcher.changed() == {"booking"}
    assert watcher.changed() == set()


def test_a_file_that_all_import_changed(folders, watcher):
    os.utime(folders / "chassis" / "domain" / "a.py", (1, 1))
    assert watcher.changed() == {"booking", "gateway"}


def test_a_file_was_added_and_removed(folders, watcher):
    (folders / "gateway" / "new.html").write_text("")
    assert watcher.changed() == {"gateway"}
    (folders / "gateway" / "new.html").unlink()
    assert watcher.changed() == {"gateway"}


def test_compiled_files_do_not_count(folders, watcher):
    (folders / "booking" / "__pycache__").mkdir()
    (folders / "booking" / "__pycache__" / "a.pyc").write_text("")
    assert watcher.changed() == set()


def test_the_packages_of_a_service_are_its_own_and_the_shared_ones():
    assert [folder.name for folder in packages_of("booking")] == ["loket_booking", "loket_contracts", "loket_chassis"]
