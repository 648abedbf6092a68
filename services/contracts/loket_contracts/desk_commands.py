"""Commands for staff only: booking without an e-mail address."""

from __future__ import annotations

from marshmallow import fields

from .commands import BookAppointment, Contact
from .fields import Email


class ContactAtDesk(Contact):
    """The resident, as staff record them. A telephone number, or only a name, is enough."""

    email = Email(
        load_default=None, allow_none=True,
        metadata={"description": "nothing is mailed without it", "example": "lieve@example.org"},
    )  # fmt: skip


class BookForResident(BookAppointment):
    """Staff book for a resident. Required questions may be left open: they are asked later."""

    contact = fields.Nested(ContactAtDesk, required=True)
