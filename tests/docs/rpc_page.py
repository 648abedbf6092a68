"""The page of docs/reference about RPC, from the Protocols."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin, is_typeddict

from loket_contracts.rpc.asyncapi import json_schemas
from loket_contracts.rpc.description import PROTOCOLS, methods_by_name, published_methods
from loket_contracts.rpc.message import is_message
from loket_contracts.rpc.method import Method, service_name

RELEASED = Path(__file__).parents[1] / "architecture" / "rpc-0.1.0.json"
FORMAT = """# RPC, format version 1

The services of Loket call each other over RabbitMQ, and a program on the same broker can call them too.
Machine-readable: [rpc.asyncapi.yaml](rpc.asyncapi.yaml) (AsyncAPI 3, request and reply) and
[rpc.schema.json](rpc.schema.json) (JSON Schema of every message). `tests/node/book_over_rpc.js` is a caller in
JavaScript.

## Call

Publish to the topic exchange `nameko-rpc` with the routing key `<service>.<method>`.

| part | content |
| --- | --- |
| body | `{"args": [...], "kwargs": {...}}`, JSON: arguments by position, by name, or both |
| property `content_type` | `application/json` |
| property `reply_to` | the routing key of your reply queue, which you bind to the same exchange |
| property `correlation_id` | any text; the reply has the same |
| header `rpc-version` | 1, the version of this format. It may be left out |
| header `nameko.deadline` | milliseconds of UNIX time; a call that cannot start by then is `service-unavailable` |
| property `expiration` | milliseconds that you wait; a deadline that is further away is shortened to it |
| header `nameko.traceparent` | W3C Trace Context |

## Reply

`{"result": ..., "error": null}`, or `{"result": null, "error": {"exc_type": ..., "exc_args": [...], "value": ...}}`.
When `exc_type` is `Refusal`, `exc_args` holds the [code](problems.md), its parameters, and the fields at fault. Nothing
was changed then, unless the code is `outcome-unknown`. Other types are failures of the service or of the call:
`MethodNotFound`, `IncorrectSignature`, `MalformedRequest`.

The field `clock` of a reply is the time at which it was sent, in milliseconds of UNIX time.

## Versions

A method whose parameters or meaning change gets a new version in its routing key: `booking.cancel@2`. Without `@`, it
is version 1. The earlier version is served for one release more. A new optional field of a message is no new version:
writers leave out a field that has its default, and readers of answers ignore unknown fields. Commands, queries and the
caller are strict: an unknown field is refused.

## Caller

`caller` says who asks, and decides what is found and shown. Each method names the kinds that may call it; others are
refused with `forbidden`. A method without it returns public data, or finds what belongs to a secret: the id of a hold,
or the token of a link or address.

| kind | has | sees |
| --- | --- | --- |
| `resident` | `token`, the secret of an appointment's link | that appointment |
| `portal` | `name`, the code of its key | the appointments that it booked |
| `staff` | `name`, and `teams`, absent for all | the appointments of these teams |
| `kiosk` | `name` | the appointments of today that match what a visitor types |

A service trusts its callers on the broker: the gateway authenticates them and fills in `caller`.
"""


def page(made: str) -> str:
    """The page, after the line that says that it is generated."""
    text = made + FORMAT
    for protocol in PROTOCOLS:
        text += f"\n## {protocol.__name__}\n\n{_sentences(protocol.__doc__ or '')}\n\n"
        text += "| routing key | arguments | answer | what |\n| --- | --- | --- | --- |\n"
        text += "".join(_row(service_name(protocol), each) for each in methods_by_name(protocol))
    text += "\n## Earlier methods\n\nMethods of release 0.1 that are served for one release more:\n\n"
    text += "".join(f"- `{key}`: {', '.join(parameters)}\n" for key, parameters in _earlier().items())
    text += "\n## Messages\n\nIn full in rpc.schema.json. A field in brackets is optional.\n\n"
    text += "| message | fields |\n| --- | --- |\n"
    for name, schema in json_schemas()["$defs"].items():
        required = schema.get("required", [])
        fields = ", ".join(f"`{each}`" if each in required else f"[`{each}`]" for each in schema.get("properties", ()))
        text += f'| <a id="{name.lower()}"></a>`{name}` | {fields} |\n'
    return text


def _earlier() -> dict[str, list[str]]:
    """The parameters of the released methods that no Protocol has any more, by routing key. ? marks an optional one."""
    published = dict(published_methods())
    released = json.loads(RELEASED.read_text(encoding="utf-8"))
    return {
        f"{service}.{name}": parameters
        for service, methods in released.items()
        for name, parameters in methods.items()
        if f"{service}.{name}" not in published
    }


def _row(service: str, method: Method) -> str:
    arguments = ", ".join(
        f"{each.name}: {_name(each.annotation)}" if each.required else f"[{each.name}: {_name(each.annotation)}]"
        for each in method.parameters
    )
    what = _sentences(method.documentation)
    return f"| `{service}.{method.routing_name}` | {arguments} | {_name(method.answer)} | {what} |\n"


def _sentences(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|").strip()


def _name(annotation: Any) -> str:
    """A type as readers of JSON know it."""
    if is_message(annotation) or is_typeddict(annotation):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    simple = {str: "text", int: "integer", float: "number", bool: "boolean", types.NoneType: "null", Any: "any"}
    if annotation in simple:
        return simple[annotation]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return f"{_name(arguments[0])} ({', '.join(arguments[1].kinds)})"
    if origin is Literal:
        return " or ".join(f"`{each}`" for each in arguments)
    if origin in (Union, types.UnionType):
        return " or ".join(_name(each) for each in arguments)
    if origin in (list, tuple, Sequence):
        return f"list of {_name(arguments[0])}"
    if origin in (dict, Mapping):
        return "object" if arguments[1] is Any else f"object of {_name(arguments[1])}"
    raise TypeError(annotation)
