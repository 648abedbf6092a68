"""The part of a configuration file for the privacy statement and the accessibility statement."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from loket_contracts.fields import Day, Email

from ..domain import statements
from .values import Phone, Text, described


class Body(Schema):
    name = Text(required=True)
    url = fields.Url(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> statements.Body:
        return statements.Body(**data)


class Privacy(Schema):
    url = fields.Url(
        load_default=None, metadata=described("the municipality's general privacy statement; the page links to it")
    )
    address = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=300),
        metadata=described("the postal address of the controller; that of the first location when left out"),
    )
    officer_email = Email(load_default=None, metadata=described("of the data protection officer"))
    officer_phone = Phone(load_default=None, metadata=described("of the data protection officer"))
    recipients = fields.List(
        Text(),
        load_default=list,
        metadata=described(
            "the organisations that process data for the municipality, such as those that host Loket or send its mails "
            "and text messages; in general words when left out"
        ),
    )
    authority = fields.Nested(
        Body, load_default=None, metadata=described("where one can complain; the authority of the country if left out")
    )
    message_record_days = fields.Integer(
        load_default=400,
        validate=validate.Range(min=1, max=36_500),
        metadata=described("the value of KEEP_MESSAGES_DAYS of notification, for the statement"),
    )
    addition = Text(load_default=dict, metadata=described("a paragraph of the municipality's own"))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> statements.PrivacyStatement:
        return statements.PrivacyStatement(**{**data, "recipients": tuple(data["recipients"])})


class Accessibility(Schema):
    url = fields.Url(
        load_default=None, metadata=described("the statement of the municipality's own site; the page links to it")
    )
    status = fields.String(
        load_default="partial",
        validate=validate.OneOf(("full", "partial", "none")),
        metadata=described("whether the pages meet EN 301 549 and WCAG level AA"),
    )
    gaps = fields.List(Text(), load_default=list, metadata=described("content that does not meet the requirements"))
    burdens = fields.List(
        Text(), load_default=list, metadata=described("content for which that would be a disproportionate burden")
    )
    exempt = fields.List(Text(), load_default=list, metadata=described("content to which the law does not apply"))
    prepared = Day(
        load_default=None, metadata=described("when the statement was prepared; that of Loket's own when left out")
    )
    reviewed = Day(load_default=None, metadata=described("when it was last reviewed"))
    assessed_by = fields.String(
        load_default="self",
        validate=validate.OneOf(("self", "third_party")),
        metadata=described("by the municipality and the makers of Loket, or by a third party"),
    )
    report_url = fields.Url(load_default=None, metadata=described("the report of the assessment"))
    email = Email(load_default=None, metadata=described("for feedback; the municipality's when left out"))
    phone = Phone(load_default=None, metadata=described("for feedback; the municipality's when left out"))
    enforcement = fields.Nested(
        Body,
        load_default=None,
        metadata=described(
            "where one can complain about the answer to feedback; that of the country, in Belgium of the first "
            "language, when left out"
        ),
    )
    law = Text(
        load_default=dict,
        metadata=described("the law that transposes Directive (EU) 2016/2102; that of the country when left out"),
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> statements.AccessibilityStatement:
        lists = {name: tuple(data[name]) for name in ("gaps", "burdens", "exempt")}
        return statements.AccessibilityStatement(**{**data, **lists})
