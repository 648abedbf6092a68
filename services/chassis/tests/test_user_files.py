"""The files with the addresses of the services' users: made once, and refused when they hold something else."""

import stat

import pytest

from loket_chassis.cli.errors import CommandFailed
from loket_chassis.cli.user_files import passwords_in, without_login

USERS = {"booking": "loket-booking", "gateway": "loket-gateway"}
ADDRESS = "mongodb://a:27017,b:27017/?replicaSet=loket"


def passwords(folder):
    return passwords_in(folder, "mongo_uri", USERS, ADDRESS)


def test_a_missing_file_is_made_for_its_owner_with_a_password_of_its_own_that_stays(tmp_path):
    first = passwords(tmp_path / "secrets")
    made = tmp_path / "secrets" / "mongo_uri_booking"
    assert made.read_text() == f"mongodb://loket-booking:{first['booking']}@a:27017,b:27017/?replicaSet=loket"
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert first["booking"] != first["gateway"]
    assert passwords(tmp_path / "secrets") == first


def test_a_password_is_read_as_the_driver_reads_it(tmp_path):
    (tmp_path / "mongo_uri_booking").write_text("mongodb://loket-booking:a%2Fb%40c@h/?x=1\n")
    assert passwords(tmp_path)["booking"] == "a/b@c"


@pytest.mark.parametrize(
    "text", ["mongodb://h/?replicaSet=x", "mongodb://loket-gateway:p@h/", "mongodb://loket-booking@h/"]
)
def test_a_file_of_another_user_or_without_password_is_refused(tmp_path, text):
    (tmp_path / "mongo_uri_booking").write_text(text)
    with pytest.raises(CommandFailed, match="loket-booking"):
        passwords(tmp_path)
    assert (tmp_path / "mongo_uri_booking").read_text() == text


def test_the_address_without_login_keeps_hosts_and_options():
    assert (
        without_login("mongodb://root:secret@a:1,b:2/?replicaSet=x&tls=true")
        == "mongodb://a:1,b:2/?replicaSet=x&tls=true"
    )
    assert without_login("mongodb://a:1/?replicaSet=x") == "mongodb://a:1/?replicaSet=x"
