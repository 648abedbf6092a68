"""What operators and residents do about messages: list, try, unsubscribe."""

import re
import subprocess
import sys

import pytest
import requests

from loket_contracts.reasons import RESIDENT_REASONS, USUAL_REASONS
from tests.client import Portal, a_visitor, eventually


def notify(stack, *arguments):
    """`loket messages`, as an operator calls it."""
    command = [sys.executable, "-m", "loket_chassis.cli", "messages", *arguments]
    return subprocess.run(
        [*command, "--amqp-uri", stack.servers.amqp_uri], capture_output=True, text=True, timeout=60, check=False
    )


def test_an_operator_lists_previews_and_test_sends_messages(stack, portal):
    visitor = a_visitor()
    booked = portal.booked(contact=visitor)
    eventually(lambda: portal.mails_to(visitor["email"]))
    listed = eventually(lambda: _if_sent(notify(stack, "list", "rumst", booked["id"]).stdout))
    assert re.search(r"email +confirmation +sent", listed)
    assert visitor["email"] not in listed
    assert "Uw afspraak op" in notify(stack, "preview", "rumst", "confirmation").stdout
    sent = notify(stack, "test-send", "rumst", "reminder", "email", "operator@rumst.example")
    assert sent.stdout == "Accepted by smtp.\n"
    assert eventually(lambda: portal.mails_to("operator@rumst.example"))[0]["subject"].startswith("Herinnering")
    assert notify(stack, "failures", "rumst").returncode == 0


def _if_sent(listed):
    return listed if re.search(r"confirmation +sent", listed) else ""


def test_an_error_in_a_plan_is_reported_with_its_pointer_and_changes_nothing(stack, tmp_path):
    file = tmp_path / "rumst.messages.yaml"
    file.write_text("municipality: rumst\nmessages: {reminder: {by: [pigeon]}}\n")
    done = notify(stack, "load-plan", str(file))
    assert done.returncode == 1
    assert "/messages/reminder" in done.stderr


def test_an_unsubscribe_link_asks_first_and_supports_one_click(stack):
    booked = Portal.on(stack, key=stack.machine_key("rumst", "portal")).booked(contact=a_visitor())
    address = f"{booked['manage_url']}/berichten"
    assert "Liever geen herinneringen meer" in requests.get(address, timeout=10).text
    before = notify(stack, "suppressions", "rumst").stdout.count("opted-out")
    clicked = requests.post(address, data={"List-Unsubscribe": "One-Click"}, timeout=10, allow_redirects=False)
    assert clicked.status_code == 200
    assert "U bent afgemeld" in clicked.text
    assert notify(stack, "suppressions", "rumst").stdout.count("opted-out") == before + 1
    pressed = requests.post(address, data={"page": "1"}, timeout=10)
    assert pressed.history[0].status_code == 303, "a reload sends nothing again"
    assert "U bent afgemeld" in pressed.text
    stranger = booked["manage_url"].rsplit("/", 1)[0] + "/of-a-stranger/berichten"
    assert requests.post(stranger, timeout=10).status_code == 404


def test_a_stranger_who_booked_unconfirmed_cannot_unsubscribe_the_address(stack, portal):
    booked, before = portal.booked(contact=a_visitor()), notify(stack, "suppressions", "rumst").stdout
    for proof in ("", "?proof=guessed"):
        refused = requests.post(f"{booked['manage_url']}/berichten{proof}", timeout=10)
        assert refused.status_code == 404
        assert "de link onderaan in een van onze herinneringen" in refused.text
    assert notify(stack, "suppressions", "rumst").stdout == before


@pytest.mark.parametrize("command", ["cancel", "reschedule"])
def test_the_mail_apologises_only_for_a_change_by_the_municipality(staff, command):
    apologised = {}
    for reason in sorted(USUAL_REASONS[command]):
        visitor = a_visitor(phone=None)
        booked = staff.booked(contact=visitor)
        body = {"reason": reason}
        if command == "reschedule":
            body["start"] = next(slot["start"] for slot in staff.slots() if slot["start"] != booked["start"])
        done = staff.post(f"appointments/{booked['id']}/{command}", body)
        assert done.status_code == 200, done.text
        subject = eventually(lambda to=visitor["email"]: _second_subject(staff, to))
        apologised[reason] = subject.startswith("We moeten uw afspraak")
    assert apologised == {reason: reason not in RESIDENT_REASONS for reason in USUAL_REASONS[command]}


def _second_subject(portal, address):
    """The subject of what follows the confirmation."""
    subjects = [mail["subject"] for mail in portal.mails_to(address)]
    return next((each for each in subjects if not each.startswith("Uw afspraak op") or "gaat niet door" in each), "")


def test_if_absent_loads_a_plan_only_for_a_new_municipality(stack, tmp_path):
    file = tmp_path / "municipality.messages.yaml"
    file.write_text("municipality: plandorp\nsender: Plandorp\n")
    assert "plandorp are now at version 1" in notify(stack, "load-plan", str(file), "--if-absent").stdout
    file.write_text("municipality: plandorp\nsender: Anders\n")
    result = notify(stack, "load-plan", str(file), "--if-absent").stdout
    assert result.startswith("The message plan of plandorp was left unchanged: version 1, changed at 20")
    assert f"To load the file again: loket messages load-plan {file}" in result
    assert "plandorp are now at version 2" in notify(stack, "load-plan", str(file)).stdout
