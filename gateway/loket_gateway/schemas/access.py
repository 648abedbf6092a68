"""Accounts, keys, the configuration, and the two logs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from loket_contracts.fields import Email, Identifier, Phone, TrueOrFalse

from ..access.roles import HUMAN_ROLES, ROLES, Grant
from ..http.clock import now


def _is_grant(text: str) -> None:
    try:
        Grant.read(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _is_for_people(text: str) -> None:
    _is_grant(text)
    if Grant.read(text).role not in HUMAN_ROLES:
        raise ValidationError(f"Must be one of: {', '.join(HUMAN_ROLES)}.")


def _is_to_come(moment: dt.datetime) -> None:
    if moment <= now():
        raise ValidationError("Must be in the future.")


_TEAM = "(/[a-z0-9]+(-[a-z0-9]+)*)?"
_PEOPLE = {"pattern": f"^(agent|lead){_TEAM}$|^(admin|auditor)$"}
_ANY = {"pattern": f"^(agent|lead){_TEAM}$|^(admin|auditor|kiosk|portal)$"}
_CURSOR = validate.Regexp(r"\A[0-9a-f]{24}\Z", error="Give the cursor of the page before.")
_ROLES = {"description": f"`role`, or `role/team` for one team; roles are {', '.join(ROLES)}"}


class PageQuery(Schema):
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=500))
    cursor = fields.String(
        load_default=None, validate=_CURSOR,
        metadata={"description": "`next` of the page before", "pattern": "^[0-9a-f]{24}$"},
    )  # fmt: skip


class AuditQuery(PageQuery):
    appointment = fields.String(load_default=None, validate=validate.Length(max=128))


class ConfigurationQuery(Schema):
    version = fields.Integer(load_default=None, validate=validate.Range(min=1, max=2**31))
    dry_run = fields.Boolean(
        load_default=False, metadata={"description": "report what it would change, and do nothing"}
    )
    confirm = fields.Boolean(
        load_default=False,
        metadata={"description": "also remove entries that coming appointments refer to; these stay as they are"},
    )


class ResidentWish(Schema):
    """One person: by e-mail address, by telephone number if there is no address, or by one of their appointments."""

    email = Email(metadata={"example": "lieve@example.org"})
    phone = Phone(metadata={"description": "of a resident who left no e-mail address"})
    reference = fields.String(
        validate=validate.Length(min=1, max=20), metadata={"description": "of an appointment of theirs"}
    )

    @validates_schema
    def names_one_person(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Give one of email, phone and reference.")

    @post_load
    def as_text(self, data: dict[str, str], **_: Any) -> dict[str, str]:
        return {"person": next(iter(data.values()))}


class MakeAccount(Schema):
    name = Identifier(required=True, metadata={"description": "a code, not a name", "example": "ro-lead"})
    roles = fields.List(
        fields.String(validate=_is_for_people, metadata=_PEOPLE), required=True,
        validate=validate.Length(min=1, max=20),
        metadata={**_ROLES, "example": ["lead/milieu"]},
    )  # fmt: skip


class ChangeAccount(Schema):
    roles = fields.List(
        fields.String(validate=_is_for_people, metadata=_PEOPLE), load_default=None,
        validate=validate.Length(min=1, max=20),
        metadata={**_ROLES, "example": ["agent"]},
    )  # fmt: skip
    active = TrueOrFalse(load_default=None)


class MakeKey(Schema):
    name = Identifier(required=True, metadata={"example": "stadsportaal"})
    roles = fields.List(
        fields.String(validate=_is_grant, metadata=_ANY), required=True,
        validate=validate.Length(min=1, max=20),
        metadata={**_ROLES, "example": ["portal"]},
    )  # fmt: skip
    expires = fields.AwareDateTime(
        load_default=None, allow_none=True, validate=_is_to_come, metadata={"description": "never, if it is left out"}
    )


class Account(Schema):
    name = Identifier(required=True, metadata={"example": "stadsportaal"})
    roles = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)
    locked_until = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "null: wrong passwords no longer close an account"}
    )
    last_login = fields.AwareDateTime(required=True, allow_none=True)
    from_provider = fields.Boolean(required=True, metadata={"description": "comes in by OpenID Connect"})
    second_factor = fields.Boolean(required=True, metadata={"description": "also needs a code of an authenticator app"})


class NewAccount(Account):
    first_password = fields.String(required=True, metadata={"description": "returned only this once"})


class Accounts(Schema):
    accounts = fields.List(fields.Nested(Account), required=True)


class Key(Schema):
    name = Identifier(required=True, metadata={"example": "stadsportaal"})
    roles = fields.List(fields.String(), required=True)
    made_at = fields.AwareDateTime(required=True)
    used_on = fields.Date(required=True, allow_none=True)
    expires = fields.AwareDateTime(required=True, allow_none=True)


class NewKey(Schema):
    name = Identifier(required=True, metadata={"example": "stadsportaal"})
    roles = fields.List(fields.String(), required=True)
    expires = fields.AwareDateTime(required=True, allow_none=True)
    key = fields.String(required=True, metadata={"description": "returned only this once"})


class RenewedKey(Schema):
    name = Identifier(required=True, metadata={"example": "stadsportaal"})
    key = fields.String(
        required=True, metadata={"description": "returned only this once; the old one works for another day"}
    )


class Keys(Schema):
    api_keys = fields.List(fields.Nested(Key), required=True)


class LogEntry(Schema):
    at = fields.AwareDateTime(required=True)
    who = fields.String(required=True, allow_none=True)
    action = fields.String(required=True)
    detail = fields.String(required=True)


class AccessLog(Schema):
    entries = fields.List(fields.Nested(LogEntry), required=True)
    next = fields.String(required=True, allow_none=True)


class AuditEntry(LogEntry):
    municipality = Identifier(required=True)
    by = fields.String(required=True)
    appointment = fields.String(required=True, allow_none=True)


class Audit(Schema):
    entries = fields.List(fields.Nested(AuditEntry), required=True)
    next = fields.String(required=True, allow_none=True)


class Version(Schema):
    version = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)


class Configuration(Schema):
    municipality = Identifier(required=True)
    version = fields.Integer(required=True)
    text = fields.String(required=True)
    versions = fields.List(fields.Nested(Version), required=True)


class HitAppointment(Schema):
    appointment = fields.String(required=True)
    reference = fields.String(required=True, allow_none=True)
    start = fields.AwareDateTime(required=True)


class Removal(Schema):
    """An entry that the configuration takes out, and the coming appointments that refer to it."""

    section = fields.String(required=True)
    name = Identifier(required=True)
    appointments = fields.List(fields.Nested(HitAppointment), required=True)


class Taken(Schema):
    """The result of applying a configuration; with `dry_run` there are only `diff` and `removals`."""

    municipality = Identifier(required=True)
    version = fields.Integer()
    changed = fields.Boolean()
    clashes = fields.List(fields.Dict())
    diff = fields.String()
    removals = fields.List(fields.Nested(Removal))


class Erased(Schema):
    appointments = fields.Integer(required=True)


class Export(Schema):
    email = fields.String(required=True, allow_none=True)
    appointments = fields.List(fields.Dict(), required=True)
