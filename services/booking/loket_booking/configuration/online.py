"""The part of a configuration file for the gateway: other sites, robots, and page style."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates

from ..domain import online
from ..domain.contrast import ENOUGH, WHITE, contrast
from .values import described


class Online(Schema):
    origins = fields.List(
        fields.String(validate=validate.Regexp(r"\Ahttps?://[^/\s]+\Z", error="Give an origin, as https://host.")),
        load_default=list,
        metadata=described("other sites whose pages may use the API from a browser (CORS)"),
    )

    friction = fields.Boolean(
        load_default=False,
        metadata=described("callers without a key must do proof of work, or wait, to hold a slot, which stops robots"),
    )

    friction_from = fields.Integer(
        load_default=30,
        validate=validate.Range(min=0, max=100_000),
        metadata=described(
            "slots held or booked in an hour by callers without a key, from which friction goes on until that "
            "hour is over; 0 is never"
        ),
    )
    confirm = fields.String(
        load_default="email",
        validate=validate.OneOf(online.CONFIRMATIONS),
        metadata=described(
            "over which a resident without an account or key confirms a booking, before it is booked; a type may "
            "have its own"
        ),
    )
    confirm_minutes = fields.Integer(
        load_default=30,
        validate=validate.Range(min=5, max=24 * 60),
        metadata=described("minutes that a slot is held until its booking is confirmed"),
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> online.Online:
        return online.Online(**{**data, "origins": tuple(data["origins"])})


class Look(Schema):
    colour = fields.String(
        load_default=None,
        validate=validate.Regexp(r"\A#[0-9a-fA-F]{6}\Z", error="Give a colour as #rrggbb."),
        metadata=described("of bars and buttons, as #rrggbb; white text on it must be readable"),
    )
    logo = fields.String(
        load_default=None,
        validate=[
            validate.Regexp(
                r"\Adata:image/(png|jpeg|svg\+xml);base64,[A-Za-z0-9+/]+=*\Z",
                error="Give a picture as a data URL: data:image/png;base64,...",
            ),
            validate.Length(max=100_000),
        ],
        metadata=described("a picture as a data URL, data:image/png;base64,..., of 75 kB at most"),
    )

    @validates("colour")
    def can_be_read(self, colour: str | None, data_key: str) -> None:
        if colour and (ratio := contrast(colour, WHITE)) < ENOUGH:
            raise ValidationError(
                f"White on this colour has a contrast of {ratio:.1f}; {ENOUGH} is the least that people can read."
            )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> online.Look:
        return online.Look(**data)
