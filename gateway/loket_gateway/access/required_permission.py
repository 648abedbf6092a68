"""What a route asks of who knocks: nothing, the token of one appointment, or a permission."""

from __future__ import annotations

from dataclasses import dataclass

from loket_contracts.errors import Refusal

from .roles import PERMISSIONS, Caller


@dataclass(frozen=True)
class Door:
    """Who may pass. `permission`: for accounts and keys; `link`: also, or only, who has the appointment's token.

    What a token opens is checked by booking, which keeps its hash; here it only has to be there.
    """

    permission: str | None = None
    link: bool = False

    def __post_init__(self) -> None:
        if self.permission is not None and self.permission not in PERMISSIONS:
            raise ValueError(self.permission)

    @property
    def is_open(self) -> bool:
        return self.permission is None and not self.link

    def check(self, caller: Caller, municipality: str, has_link: bool) -> None:
        """Raises Refusal: token-needed, login-needed, forbidden, password-change-needed."""
        if self.is_open or (self.link and has_link):
            return
        if not caller.is_known or self.permission is None:
            raise Refusal("token-needed" if self.link else "login-needed")
        if caller.must_change_password:
            raise Refusal("password-change-needed")
        if not caller.may(self.permission, municipality):
            raise Refusal("forbidden", {"permission": self.permission})


OPEN = Door()
LINK = Door(link=True)


def needs(permission: str) -> Door:
    """For accounts and keys that have it."""
    return Door(permission)


def link_or(permission: str) -> Door:
    """For who has the appointment's token, and for accounts and keys that have the permission."""
    return Door(permission, link=True)
