"""The table of who may do what. A role is given for one team, or for the whole municipality."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: what each permission allows, for the documentation
PERMISSIONS: dict[str, str] = {
    "agenda.read": "see the day, a visit and its documents",
    "queue.read": "see who waits, by number and reference",
    "queue.handle": "call, help, park and pass on who is here",
    "tickets.issue": "give a number to who walks in",
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

#: what each role may
ROLES: dict[str, frozenset[str]] = {
    "agent": _AGENT,
    "lead": _LEAD,
    "admin": _ADMIN,
    "auditor": frozenset({"audit.read", "figures.read", "configuration.read"}),
    "kiosk": frozenset({"queue.read", "tickets.issue"}),
    "portal": frozenset({"book", "webhooks.change"}),
}
#: what people can be; the others are for machines
HUMAN_ROLES = ("agent", "lead", "admin", "auditor")
#: what can only be had for the whole municipality
MUNICIPALITY_ROLES = frozenset({"admin", "auditor", "kiosk", "portal"})


@dataclass(frozen=True)
class Grant:
    """A role, for one team or (None) for all of the municipality."""

    role: str
    team: str | None = None

    @classmethod
    def read(cls, text: str) -> Grant:
        """`role` or `role/team`. Raises ValueError for a role that there is not, or one that no team can have."""
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
    """Who asks. `name` is the code of an account or key: it may stand in the audit log, and names nobody by itself."""

    name: str = ""
    municipality: str = ""
    grants: tuple[Grant, ...] = ()
    #: "" for anybody, "session" for a person at a browser, "key" for a machine
    by: str = ""
    #: of a session: what a form must send along (OWASP synchroniser token)
    csrf_token: str = ""
    must_change_password: bool = False

    def may(self, permission: str, municipality: str) -> bool:
        """Whether this caller may do it there, for one team at least."""
        return self.municipality == municipality and any(permission in ROLES[each.role] for each in self.grants)

    def teams(self, permission: str) -> list[str] | None:
        """The teams for which this caller may; None for all."""
        teams = {each.team for each in self.grants if permission in ROLES[each.role]}
        return None if None in teams else sorted(team for team in teams if team is not None)

    @property
    def is_known(self) -> bool:
        return bool(self.by)


ANONYMOUS = Caller()


def grants(texts: Iterable[str]) -> tuple[Grant, ...]:
    """As they are kept: `role` or `role/team`. Raises ValueError."""
    return tuple(Grant.read(text) for text in texts)
