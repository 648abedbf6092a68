"""What a route requires of its caller: nothing, the token of one appointment, or a permission."""

from __future__ import annotations

from dataclasses import dataclass

from loket_contracts.errors import Refusal

from .roles import CONFIRMED_PERMISSIONS, PERMISSIONS, Caller


@dataclass(frozen=True)
class RequiredPermission:
    """`name`: a permission of accounts and keys. `link`: the token of the appointment is enough, or needed.

    Only the presence of a token is checked here. Booking, which stores its hash, checks the token.
    """

    name: str | None = None
    link: bool = False

    def __post_init__(self) -> None:
        if self.name is not None and self.name not in PERMISSIONS:
            raise ValueError(self.name)

    @property
    def is_open(self) -> bool:
        return self.name is None and not self.link

    def check(self, caller: Caller, municipality: str, has_link: bool) -> None:
        """Raise Refusal: token-needed, login-needed, forbidden, password-change-needed, second-factor-needed,
        reauthentication-needed.
        """
        if self.is_open or (self.link and has_link):
            return
        if not caller.is_known or self.name is None:
            raise Refusal("token-needed" if self.link else "login-needed")
        if caller.must_change_password:
            raise Refusal("password-change-needed")
        if caller.needs_second_factor:
            raise Refusal("second-factor-needed")
        if not caller.may(self.name, municipality):
            raise Refusal("forbidden", {"permission": self.name})
        if caller.by == "session" and self.name in CONFIRMED_PERMISSIONS and not caller.is_confirmed:
            raise Refusal("reauthentication-needed")


OPEN = RequiredPermission()
LINK = RequiredPermission(link=True)


def needs(permission: str) -> RequiredPermission:
    """Require a permission."""
    return RequiredPermission(permission)


def link_or(permission: str) -> RequiredPermission:
    """Require the token of the appointment, or a permission."""
    return RequiredPermission(permission, link=True)
