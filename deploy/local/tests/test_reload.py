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


def test_no_service_restarts_when_no_file_changed(watcher):
    assert watcher.changed() == set()


def test_only_one_service_restarts_when_its_file_changed(folders, watcher):
    os.utime(folders / "booking" / "domain" / "a.py", (1, 1))
    assert watcher.changed() == {"booking"}
    assert watcher.changed() == set()


def test_all_services_restart_when_a_shared_file_changed(folders, watcher):
    os.utime(folders / "chassis" / "domain" / "a.py", (1, 1))
    assert watcher.changed() == {"booking", "gateway"}


def test_adding_or_removing_a_file_restarts_its_service(folders, watcher):
    (folders / "gateway" / "new.html").write_text("")
    assert watcher.changed() == {"gateway"}
    (folders / "gateway" / "new.html").unlink()
    assert watcher.changed() == {"gateway"}


def test_compiled_files_do_not_restart_a_service(folders, watcher):
    (folders / "booking" / "__pycache__").mkdir()
    (folders / "booking" / "__pycache__" / "a.pyc").write_text("")
    assert watcher.changed() == set()


def test_a_service_watches_its_own_packages_and_the_shared_ones():
    assert [folder.name for folder in packages_of("booking")] == ["loket_booking", "loket_contracts", "loket_chassis"]
