"""The schema of problem documents (RFC 9457)."""

from __future__ import annotations

from marshmallow import Schema, fields


class FieldError(Schema):
    pointer = fields.String(metadata={"description": "RFC 6901, into the body"})
    parameter = fields.String(metadata={"description": "of the query"})
    header = fields.String()
    line = fields.String(metadata={"description": "of a configuration"})
    detail = fields.String(required=True)


class Problem(Schema):
    """RFC 9457."""

    type = fields.Url(required=True, require_tld=False)
    code = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldError))
