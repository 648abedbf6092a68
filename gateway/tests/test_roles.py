"""The table of roles, and what an account or an API key can be granted."""

from dataclasses import replace

import pytest

from loket_contracts.errors import Refusal
from loket_gateway.access.required_permission import LINK, OPEN, link_or, needs
from loket_gateway.access.roles import HUMAN_ROLES, PERMISSIONS, ROLES, Caller, Grant, grants

LEAD = Caller("x", "rumst", grants(["lead/milieu", "agent"]), by="session")


def refused(permission, caller, municipality="rumst", has_link=False):
    with pytest.raises(Refusal) as refusal:
        permission.check(caller, municipality, has_link)
    return refusal.value.code


def test_every_permission_belongs_to_a_role_and_every_role_has_known_permissions():
    assert set().union(*ROLES.values()) == set(PERMISSIONS)
    assert set(HUMAN_ROLES) <= set(ROLES)


def test_a_lead_has_the_permissions_of_an_agent_and_an_admin_those_of_a_lead():
    assert ROLES["agent"] < ROLES["lead"] < ROLES["admin"]


def test_a_grant_survives_formatting_and_parsing():
    for text in ("agent", "lead/milieu"):
        assert str(Grant.read(text)) == text


@pytest.mark.parametrize("text", ["emperor", "admin/milieu", "kiosk/milieu", ""])
def test_an_unknown_role_cannot_be_granted(text):
    with pytest.raises(ValueError, match="role"):
        Grant.read(text)


def test_a_role_for_one_team_applies_to_that_team_only():
    assert LEAD.teams("closures.change") == ["milieu"]
    assert LEAD.teams("agenda.read") is None  # as an agent, for all


def test_a_role_applies_to_its_own_municipality_only():
    assert LEAD.may("agenda.read", "rumst")
    assert not LEAD.may("agenda.read", "kontich")


def test_a_public_route_admits_anyone_and_a_link_route_only_holders_of_the_link():
    OPEN.check(Caller(), "rumst", has_link=False)
    LINK.check(Caller(), "rumst", has_link=True)
    assert refused(LINK, Caller()) == "token-needed"
    assert refused(LINK, LEAD) == "token-needed"


def test_a_staff_route_asks_for_a_login_and_then_for_the_permission():
    permission = needs("configuration.change")
    assert refused(permission, Caller()) == "login-needed"
    assert refused(permission, Caller(), has_link=True) == "login-needed"
    assert refused(permission, LEAD) == "forbidden"
    assert refused(needs("agenda.read"), LEAD, "kontich") == "forbidden"
    link_or("agenda.read").check(LEAD, "rumst", has_link=False)


def test_a_user_who_must_change_the_password_may_do_nothing_else():
    new = Caller("x", "rumst", grants(["admin"]), "session", must_change_password=True)
    assert refused(needs("agenda.read"), new) == "password-change-needed"


def test_a_route_cannot_require_an_unknown_permission():
    with pytest.raises(ValueError, match=r"agenda\.burn"):
        needs("agenda.burn")


def test_a_person_gives_the_password_again_before_access_changes_and_a_machine_never():
    person = Caller("x", "rumst", grants(["admin"]), "session")
    assert refused(needs("access.change"), person) == "reauthentication-needed"
    assert refused(needs("residents.erase"), person) == "reauthentication-needed"
    needs("configuration.change").check(person, "rumst", has_link=False)
    needs("access.change").check(replace(person, is_confirmed=True), "rumst", has_link=False)
    needs("access.change").check(replace(person, by="key"), "rumst", has_link=False)
    assert refused(needs("access.change"), LEAD) == "forbidden"


def test_an_administrator_without_a_required_app_may_do_nothing_else():
    new = Caller("x", "rumst", grants(["admin"]), "session", needs_second_factor=True)
    assert refused(needs("agenda.read"), new) == "second-factor-needed"


def test_the_name_of_a_key_cannot_be_read_as_that_of_an_account():
    account, key = Caller("x", "rumst", by="session"), Caller("x", "rumst", by="key")
    assert (account.who, key.who, Caller().who) == ("account:x", "key:x", "")
    assert account.as_staff("agenda.read").name == "account:x"
    assert key.as_staff("agenda.read").name == "key:x"
    assert key.as_portal().name == "x", "booking compares it with the portal that booked"
