"""Roles and their permissions. A role is granted for one team, or for the whole municipality."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from loket_contracts.rpc import caller as rpc

#: what each permission allows, for the documentation
PERMISSIONS: dict[str, str] = {
    "agenda.read": "see the day, a visit and its documents",
    "queue.read": "see who waits, by number and reference",
    "queue.handle": "call, help, park and pass on visitors who are here",
    "tickets.issue": "give a number to a walk-in visitor",
    "appointments.change": "book, move and cancel for a resident, invite, ask for documents",
    "closures.change": "take time out of the calendar, and give appointments another moment",
    "setup.change": "change weekly hours, topics and the words of messages, by form",
    "figures.read": "read the figures",
    "configuration.read": "read the configuration and its versions",
    "configuration.change": "load a configuration",
    "residents.erase": "hand out or erase what is known of a resident",
    "access.change": "give and take accounts and API keys",
    "audit.read": "read who looked at or changed what",
    "book": "hold and book in a resident's name, through a portal",
    "webhooks.change": "have events pushed to an address of one's own",
}

_AGENT = frozenset({"agenda.read", "queue.read", "queue.handle", "tickets.issue", "appointments.change"})
_LEAD = _AGENT | {"closures.change", "setup.change", "figures.read"}
_ADMIN = _LEAD | {
    "configuration.read", "configuration.change", "residents.erase", "access.change", "audit.read", "webhooks.change",
}  # fmt: skip

#: what a person may do only some minutes after giving the password, because it gives or destroys access and data
CONFIRMED_PERMISSIONS = frozenset({"access.change", "residents.erase"})

#: permissions of each role
ROLES: dict[str, frozenset[str]] = {
    "agent": _AGENT,
    "lead": _LEAD,
    "admin": _ADMIN,
    "auditor": frozenset({"audit.read", "figures.read", "configuration.read"}),
    "kiosk": frozenset({"queue.read", "tickets.issue"}),
    "portal": frozenset({"book", "webhooks.change"}),
}
#: roles of people; the others are for machines
HUMAN_ROLES = ("agent", "lead", "admin", "auditor")
#: roles that cannot be limited to a team
MUNICIPALITY_ROLES = frozenset({"admin", "auditor", "kiosk", "portal"})


@dataclass(frozen=True)
class Grant:
    """A role, for one team or (None) for all of the municipality."""

    role: str
    team: str | None = None

    @classmethod
    def read(cls, text: str) -> Grant:
        """Parse `role` or `role/team`. Raises ValueError for an unknown role, or a team with a role for all teams."""
        role, _, team = text.partition("/")
        if role not in ROLES:
            raise ValueError(f"There is no role {role}; there are {', '.join(ROLES)}.")
        if team and role in MUNICIPALITY_ROLES:
            raise ValueError(f"The role {role} is for the whole municipality.")
        return cls(role, team or None)

    def __str__(self) -> str:
        return f"{self.role}/{self.team}" if self.team else self.role


@dataclass(frozen=True)
class Caller:
    """Who sent a request. `name`: of the account or key; it is a code, so the audit logs may contain it.

    `session`: the id of the session. `is_confirmed`: its password was given in the last minutes.
    """

    name: str = ""
    municipality: str = ""
    grants: tuple[Grant, ...] = ()
    #: "" for an anonymous caller, "session" for a person at a browser, "key" for a machine
    by: str = ""
    #: of a session: the token that its forms must send (OWASP synchroniser token)
    csrf_token: str = ""
    must_change_password: bool = False
    needs_second_factor: bool = False
    session: str = ""
    is_confirmed: bool = False

    def may(self, permission: str, municipality: str) -> bool:
        """Whether this caller has the permission in a municipality, for at least one team."""
        return self.municipality == municipality and any(permission in ROLES[each.role] for each in self.grants)

    def teams(self, permission: str) -> list[str] | None:
        """Return the teams for which this caller has the permission; None for all."""
        teams = {each.team for each in self.grants if permission in ROLES[each.role]}
        return None if None in teams else sorted(team for team in teams if team is not None)

    @property
    def who(self) -> str:
        """Return the name for the logs. Its prefix says whether an account or a key has it."""
        return f"{'account' if self.by == 'session' else self.by}:{self.name}" if self.is_known else ""

    @property
    def is_administrator(self) -> bool:
        return any("access.change" in ROLES[each.role] for each in self.grants)

    @property
    def is_known(self) -> bool:
        return bool(self.by)

    def as_staff(self, permission: str) -> rpc.Caller:
        """This caller for another service, limited to the teams for which it has the permission."""
        return rpc.Caller.staff(self.who, self.teams(permission))

    def as_kiosk(self) -> rpc.Caller:
        """This caller for another service, as the screen at the entrance."""
        return rpc.Caller.kiosk(self.who)

    def as_portal(self) -> rpc.Caller:
        """This caller for another service, limited to the appointments that it booked."""
        return rpc.Caller.portal(self.name)


ANONYMOUS = Caller()


def grants(texts: Iterable[str]) -> tuple[Grant, ...]:
    """Parse stored grants: `role` or `role/team`. Raises ValueError."""
    return tuple(Grant.read(text) for text in texts)
