"""Generate docs/reference/, the index of docs/decisions/, docs/security/asvs.md and the users of RabbitMQ: `make docs`.

A test fails on a stale page.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from marshmallow import Schema, fields

from loket_booking.configuration import schema as configuration
from loket_booking.configuration import statements
from loket_booking.configuration.json_schema import json_schema
from loket_booking.settings import BookingSettings
from loket_chassis.runtime.settings import Settings, describe
from loket_contracts import asyncapi
from loket_contracts.error_codes import ERRORS
from loket_contracts.events import EVENTS
from loket_contracts.figures import FIGURES
from loket_contracts.rpc import asyncapi as rpc_asyncapi
from loket_gateway.access.roles import PERMISSIONS, ROLES
from loket_gateway.api.operations import OPERATIONS, Operation
from loket_gateway.http.problems import STATUS
from loket_gateway.settings import GatewaySettings
from loket_notification.channels.providers import installed
from loket_notification.configuration.schema import MostPerDay, PlanFile, QuietFile, TimingFile
from loket_notification.domain.kinds import KINDS, Kind
from loket_notification.settings import NotificationSettings
from loket_reporting.domain.figures import BREAKDOWNS
from loket_reporting.settings import ReportingSettings
from tests.docs import asvs, broker_definitions, rpc_page
from tests.storage.collections import STORED, UNCODED, UNSTORED

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
DECISIONS = REFERENCE.parent / "decisions"
#: allowed values are listed up to this number
MOST_LISTED = 20
MADE = "<!-- made by `make docs` from the code; change it there -->\n\n"
SETTINGS: dict[str, type[Settings]] = {
    "booking": BookingSettings,
    "notification": NotificationSettings,
    "reporting": ReportingSettings,
    "gateway": GatewaySettings,
}


class PlainDumper(yaml.SafeDumper):
    """Writes equal parts in full, without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def table(*rows: tuple[str, ...]) -> str:
    head, *body = rows
    lines = [head, tuple("---" for _ in head), *body]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in lines) + "\n"


def settings_page() -> str:
    text = MADE + "# Settings\n\nEach is read from the environment, else from the component's `config.yaml`. "
    text += "Any other value than the allowed ones is refused at the start; upper and lower case make no difference.\n"
    for name, settings in SETTINGS.items():
        text += f"\n## {name}\n\n" + _settings_table(settings)
    text += (
        "\n## Channels of notification\n\nThose of a channel count when EMAIL_PROVIDERS or SMS_PROVIDERS names it.\n"
    )
    for name, channel in sorted(installed().items()):
        text += f"\n### {name} ({channel.kind})\n\n{channel.Settings.__doc__}\n\n" + _settings_table(channel.Settings)
    return text


def _settings_table(settings: type) -> str:
    may_be_empty = {name.upper() for name, each in settings.__dataclass_fields__.items() if each.default == ""}
    return table(
        ("name", "default", "what it is", "allowed"),
        *(
            (
                f"`{each.name}`",
                "*empty*" if each.name in may_be_empty else each.default or "*needed*",
                each.help,
                each.allowed,
            )
            for each in describe(settings)
        ),
    )


def messages_page() -> str:
    text = MADE + "# Messages\n\nWhat is sent, unless a municipality's message plan says otherwise. "
    text += "`loket messages load-plan FILE` takes a plan whole or refuses it; "
    text += "deploy/municipalities/rumst.messages.yaml is an example. `loket messages preview` shows a message.\n\n"
    text += table(
        ("kind", "on", "to", "over", "when", "can be opted out of"),
        *(
            (
                f"`{kind.name}`",
                ", ".join(f"`{event}`" for event in sorted(kind.events)) + _whose(kind),
                kind.to,
                ", ".join(kind.usual.channels) if kind.usual else "",
                _when(kind),
                "" if kind.necessary else "yes",
            )
            for kind in KINDS.values()
        ),
    )
    for schema in (PlanFile, TimingFile, QuietFile, MostPerDay):
        text += f"\n## {schema.__name__}\n\n" + table(("key", "what", "needed"), *_keys(schema()))
    text += "\n## What they look like\n\nTo a resident who does not exist, in nl, fr, de and en.\n"
    for name in KINDS:
        text += f"\n### {name}\n\n![{name} in four languages](../pictures/messages/{name}.jpg)\n"
    return text


def figures_page() -> str:
    text = MADE + "# Figures\n\nAll are worked out from events, by the local day of the visit at its location; "
    text += (
        "`reports/overview` gives them beside those of the period before. Where there is nothing to say, a figure is "
    )
    text += (
        "null. A median or decile is the smallest value that a half, or nine tenths, do not exceed (nearest rank).\n\n"
        "Offered time and free moments count from the first day with a visit on. A difference has a margin, the half "
        "width of its 95 % interval; a count is compared only with a period that began after the first visit "
        "([why](../decisions/0061-compare-figures-with-the-margin-of-chance.md)).\n\n"
    )
    text += table(
        ("figure", "unit", "formula", "good when"),
        *((f"`{each.name}`", each.unit, each.formula, each.better or "") for each in FIGURES.values()),
    )
    text += (
        "\nAn appointment of several types counts once under each, and once in all. An appointment of several people "
    )
    text += "counts its minutes for each of them. Waits and visits of more than four hours count as four.\n"
    text += "\nCounted by kind as well: " + ", ".join(f"`{name}`" for name in BREAKDOWNS) + ".\n"
    return text


def _whose(kind: Kind) -> str:
    return f", by the {kind.asked_by}" if kind.asked_by else ""


def _when(kind: Kind) -> str:
    usual = kind.usual
    if usual is None:
        return "never"
    if usual.before:
        return f"{usual.before.days} days before" if usual.before.days else f"{_hours(usual.before.span)} before"
    if usual.within_days is not None:
        return "at once, when the visit is " + ("today" if usual.within_days == 0 else "today or tomorrow")
    return f"{_hours(usual.after)} after" if usual.after else "at once"


def _hours(span: dt.timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes / 60:.0f} hours" if minutes >= 60 else f"{minutes:.0f} minute(s)"


def events_page() -> str:
    text = MADE + "# Events\n\nCloudEvents 1.0, structured JSON; the routing key is the type. Machine-readable: "
    text += "[asyncapi.yaml](asyncapi.yaml).\n\n"
    return text + table(
        ("type", "exchange", "what it says", "emitted by", "consumed by"),
        *(
            (f"`{event.type}`", f"`{event.exchange}`", event.summary, event.emitted_by, ", ".join(event.consumed_by))
            for event in EVENTS.values()
        ),
    )


def problems_page() -> str:
    text = MADE + "# Problems\n\nErrors are RFC 9457 documents; `code` is stable, `type` leads to the code's page.\n\n"
    return text + table(
        ("code", "status", "what it means", "what to do"),
        *((f"`{error.code}`", str(STATUS[error.code]), error.detail, error.advice) for error in ERRORS.values()),
    )


def interface_page() -> str:
    text = MADE + "# HTTP interface, version 1\n\nIn full at `/docs` and `/openapi.json` of a running gateway.\n\n"
    return text + table(
        ("method and path", "what", "who"),
        *(
            (
                f"`{each.method.upper()} {each.path}`",
                each.summary,
                _for_whom(each),
            )
            for each in OPERATIONS
        ),
    )


def _for_whom(operation: Operation) -> str:
    ways = [*(["by token"] if operation.link else []), *([operation.permission] if operation.permission else [])]
    return " or ".join(ways) or "all"


def access_page() -> str:
    text = MADE + "# Permissions\n\nA role is given for the whole municipality, or for one team (`lead/milieu`). "
    text += "Users are agent, lead, admin or auditor; kiosk and portal are for machines. What is open to all, or to "
    text += "the holder of the token of an appointment, is in [http.md](http.md).\n\n## Roles\n\n"
    text += table(
        ("permission", "what it allows", *ROLES),
        *((f"`{name}`", meaning, *_held(name)) for name, meaning in PERMISSIONS.items()),
    )
    text += "\n## Routes\n\n"
    return text + table(
        ("method and path", "permission", *ROLES),
        *(
            (f"`{each.method.upper()} {each.path}`", f"`{each.permission}`", *_held(each.permission))
            for each in OPERATIONS
            if each.permission is not None
        ),
    )


def _held(permission: str) -> list[str]:
    return ["yes" if permission in held else "" for held in ROLES.values()]


def configuration_page() -> str:
    text = (
        MADE + "# A municipality's configuration\n\n`loket config load FILE` takes it whole or refuses it, naming the "
    )
    text += (
        "line. deploy/municipalities/rumst.yaml is an example of everything. Editors complete and check a file with "
    )
    text += "[municipality.schema.json](municipality.schema.json), which `loket config schema` prints.\n"
    shapes = json_schema()
    for schema in (
        configuration.MunicipalityFile, configuration.Holidays, configuration.Location, configuration.Team,
        configuration.Resource, configuration.OpeningRule, configuration.Closure, configuration.AppointmentType,
        configuration.Need, configuration.Question, configuration.Condition, configuration.Guidance,
        configuration.Study, configuration.Queue, configuration.Reasons,
        configuration.Online, configuration.Look, configuration.Address, configuration.Privacy,
        configuration.Accessibility, statements.Body, configuration.HoursOfOffers,
    ):  # fmt: skip
        shape = shapes["$defs"].get(schema.__name__, shapes)["properties"]
        text += f"\n## {schema.__name__}\n\n" + table(
            ("key", "what", "allowed", "default"), *_keys_with_values(schema(), shape)
        )
    return text


def _keys(schema: Schema) -> Iterator[tuple[str, str, str]]:
    for name, field in schema.fields.items():
        said = field.metadata.get("description", "")
        yield (
            f"`{field.data_key or name}`",
            f"{_kind(field)}{': ' if said else ''}{said}",
            "yes" if field.required else "",
        )


def _keys_with_values(schema: Schema, shape: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for name, field in schema.fields.items():
        said = field.metadata.get("description", "")
        yield (
            f"`{field.data_key or name}`",
            f"{_kind(field)}{': ' if said else ''}{said}",
            _allowed(shape[field.data_key or name]),
            "required" if field.required else _default(shape[field.data_key or name].get("default")),
        )


def _allowed(shape: Mapping[str, Any]) -> str:
    """The values that a key may have, when they are few or within a range."""
    values = shape.get("items", shape).get("enum", ())
    if 0 < len(values) <= MOST_LISTED:
        return ", ".join(f"`{each}`" for each in values if each is not None)
    if "minimum" in shape and "maximum" in shape:
        return f"{shape['minimum']} to {shape['maximum']}"
    return f"at least {shape['minimum']}" if "minimum" in shape else ""


def _default(value: Any) -> str:
    return "" if value in (None, {}, [], "") else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _kind(field: fields.Field) -> str:
    if isinstance(field, fields.Nested):
        return field.schema.__class__.__name__
    if isinstance(field, fields.List):
        return f"list of {_kind(field.inner)}"
    if isinstance(field, fields.Dict) and field.value_field:
        return f"mapping from an identifier to {_kind(field.value_field)}"
    return {"String": "text", "Integer": "whole number", "Text": "text, or one per language"}.get(
        type(field).__name__, type(field).__name__.lower()
    )


def decisions_page() -> str:
    """The index of the decisions: number and title from the first line, then the status."""
    text = "<!-- made by `make docs` from the files of this folder; change them -->\n\n# Decisions\n\n"
    text += "One page each: status, context, decision, consequences, and what was not chosen. "
    text += "A new decision takes the next number. A superseded decision stays, and its status says so.\n\n"
    rows = []
    for file in sorted(DECISIONS.glob("[0-9]*.md")):
        title, _, rest = file.read_text(encoding="utf-8").removeprefix("# ").partition("\n")
        number, _, name = title.partition(". ")
        status = rest.partition("## Status\n\n")[2].partition("\n\n")[0].replace("\n", " ")
        rows.append((number, f"[{name}]({file.name})", status))
    return text + table(("number", "decision", "status"), *rows)


def stored_data_page() -> str:
    text = (
        MADE
        + "# Stored data\n\nWhat each service stores in its own MongoDB database, and the version of each document. "
    )
    text += "A document has its version in `schema_version`; one without it has version 0, as release 0.1 wrote it. "
    text += "[How to change a stored field](../how-to/change-a-stored-field.md).\n\n"
    text += "Where the version is not stored, release 0.1 refuses a document with a field that it does not know. "
    text += "These documents have had no other shape.\n\n"
    text += table(
        ("service", "collection", "part", "what it holds", "dataclass", "version"),
        *(
            (
                "each" if each.service == "chassis" else each.service,
                ", ".join(f"`{name}`" for name in each.collections),
                f"`{each.part}`" if each.part else "",
                each.contents,
                f"`{each.codec.entity.__name__}`",
                str(each.codec.version or UNSTORED),
            )
            for each in STORED
        ),
    )
    text += "\nA `*` is the number of a projection.\n"
    return (
        text
        + "\n## Without a dataclass\n\n"
        + table(
            ("service", "collection", "what it holds", "why"),
            *(
                ("each" if each.service == "chassis" else each.service, f"`{each.collection}`", each.contents, each.why)
                for each in UNCODED
            ),
        )
    )


PAGES = {
    "stored-data.md": stored_data_page,
    "settings.md": settings_page,
    "events.md": events_page,
    "problems.md": problems_page,
    "http.md": interface_page,
    "access.md": access_page,
    "configuration.md": configuration_page,
    "municipality.schema.json": lambda: json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n",
    "messages.md": messages_page,
    "figures.md": figures_page,
    "../decisions/README.md": decisions_page,
    "../security/asvs.md": lambda: asvs.page(asvs.MADE),
    "../../deploy/rabbitmq/definitions.json": broker_definitions.template,
    "rpc.md": lambda: rpc_page.page(MADE),
    "rpc.asyncapi.yaml": lambda: yaml.dump(
        rpc_asyncapi.document(), Dumper=PlainDumper, sort_keys=False, allow_unicode=True
    ),
    "rpc.schema.json": lambda: json.dumps(rpc_asyncapi.json_schemas(), indent=1, ensure_ascii=False) + "\n",
    "asyncapi.yaml": lambda: yaml.safe_dump(asyncapi.document(), sort_keys=False, allow_unicode=True),
}


def main() -> None:
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        (REFERENCE / name).write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
