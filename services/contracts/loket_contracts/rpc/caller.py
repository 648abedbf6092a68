"""Who makes a call, as one value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

from marshmallow import fields, validate

from ..errors import Refusal
from ..fields import ListAsTuple
from .message import MessageSchema

#: resident: holds the token of one appointment, or is anonymous. staff: has an account. The others have an API key
CallerKind = Literal["resident", "staff", "portal", "kiosk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """`name`: the code of an account or key. `token`: the secret of a resident's link.

    `teams`: of staff, those whose appointments they may see, None for all. `client`: of an anonymous resident, as the
    gateway identifies clients.
    """

    kind: CallerKind
    name: str | None = None
    teams: tuple[str, ...] | None = None
    token: str | None = field(default=None, repr=False)
    client: str | None = None

    @classmethod
    def resident(cls, token: str | None = None, *, client: str | None = None) -> Caller:
        """A resident, with the token of an appointment's link when the call is about one."""
        return cls(kind="resident", token=token, client=client)

    @classmethod
    def staff(cls, name: str, teams: Iterable[str] | None) -> Caller:
        """A user with an account. `teams`: None for all, so it is never left out by accident."""
        return cls(kind="staff", name=name, teams=None if teams is None else tuple(teams))

    @classmethod
    def portal(cls, name: str) -> Caller:
        """A portal, which sees only the appointments that it booked."""
        return cls(kind="portal", name=name)

    @classmethod
    def kiosk(cls, name: str) -> Caller:
        """A kiosk, where a visitor types a reference."""
        return cls(kind="kiosk", name=name)


#: a resident without an account or a token
ANYONE = Caller.resident()


class CallerSchema(MessageSchema[Caller]):
    """It is strict: an older service refuses a caller with a restriction that it does not know."""

    kind = fields.String(required=True, validate=validate.OneOf(get_args(CallerKind)))
    name = fields.String(load_default=None, allow_none=True)
    teams = ListAsTuple(fields.String(), load_default=None, allow_none=True)
    token = fields.String(load_default=None, allow_none=True)
    client = fields.String(load_default=None, allow_none=True)


class Only:
    """Part of the type of a parameter: a caller of another kind is refused before the method runs."""

    def __init__(self, *kinds: CallerKind) -> None:
        self.kinds = kinds

    def __call__(self, caller: Caller) -> None:
        """Raise Refusal: forbidden."""
        if caller.kind not in self.kinds:
            raise Refusal("forbidden", {"permission": f"of {' or '.join(self.kinds)}"})


ResidentCaller = Annotated[Caller, Only("resident")]
PortalCaller = Annotated[Caller, Only("portal")]
StaffCaller = Annotated[Caller, Only("staff")]
KioskCaller = Annotated[Caller, Only("kiosk")]
ResidentOrPortal = Annotated[Caller, Only("resident", "portal")]
ResidentOrStaff = Annotated[Caller, Only("resident", "staff")]
ResidentPortalOrStaff = Annotated[Caller, Only("resident", "portal", "staff")]
