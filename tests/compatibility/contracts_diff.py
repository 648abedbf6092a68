"""Which changes of the contracts break a portal, a consumer of events, a caller over RPC or an operator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .schema_diff import Direction, SchemaDiff, resolve

Snapshot = dict[str, Any]


def breaking_changes(old: Snapshot, new: Snapshot) -> list[str]:
    """One sentence for each; a new version of a thing beside the old one is none."""
    return [
        *_http(old["http"], new["http"]),
        *_events(old["events"], new["events"]),
        *_unreadable_events(old["readable events"], new["events"]),
        *(_rpc(old["rpc"], new["rpc"]) if old["rpc"] else ()),
        *_settings(old["settings"], new["settings"]),
        *_problems(old["problems"], new["problems"]),
        *_municipality(old["municipality"], new["municipality"]),
    ]


def _http(old: Snapshot, new: Snapshot) -> Iterator[str]:
    diff = SchemaDiff(old, new)
    for path, operations in old["paths"].items():
        for method, before in operations.items():
            at = f"HTTP {method.upper()} {path}"
            after = new["paths"].get(path, {}).get(method)
            if after is None:
                yield f"{at} is gone"
                continue
            parameters = (
                {each["name"]: each for each in (resolve(document, one) for one in operation.get("parameters", ()))}
                for document, operation in ((old, before), (new, after))
            )
            yield from _parameters(*parameters, diff, at)
            yield from _bodies(before.get("requestBody"), after.get("requestBody"), diff, "request", f"{at} body")
            for status, answer in before["responses"].items():
                if status not in after["responses"]:
                    yield f"{at} no longer answers {status}"
                elif status < "3":
                    now = resolve(new, after["responses"][status])
                    yield from _bodies(resolve(old, answer), now, diff, "answer", f"{at} {status}")


def _parameters(old: Snapshot, new: Snapshot, diff: SchemaDiff, at: str) -> Iterator[str]:
    for name in sorted(old.keys() - new.keys()):
        yield f"{at}?{name} is gone"
    for name, after in new.items():
        if after.get("required") and not old.get(name, {}).get("required"):
            yield f"{at}?{name} is required now"
        if name in old:
            yield from diff.breaking(old[name].get("schema", {}), after.get("schema", {}), "request", f"{at}?{name}")


def _bodies(
    old: Snapshot | None, new: Snapshot | None, diff: SchemaDiff, direction: Direction, at: str
) -> Iterator[str]:
    if direction == "request" and new and new.get("required") and not (old or {}).get("required"):
        yield f"{at} is required now"
    after = (new or {}).get("content", {})
    for media_type, content in (old or {}).get("content", {}).items():
        if media_type not in after:
            yield f"{at} is no longer {media_type}"
        else:
            yield from diff.breaking(content.get("schema", {}), after[media_type].get("schema", {}), direction, at)


def _events(old: Snapshot, new: Snapshot) -> Iterator[str]:
    diff = SchemaDiff(old, new)
    for name, channel in old["channels"].items():
        if name not in new["channels"]:
            yield f"event {name} is gone"
            continue
        for key, message in channel["messages"].items():
            after = new["channels"][name]["messages"].get(key, {"payload": {}})
            yield from diff.breaking(message["payload"], after["payload"], "answer", f"event {name}")


def _unreadable_events(readable: Mapping[str, int], new: Snapshot) -> Iterator[str]:
    """The events that consumers of the last release cannot read, and would miss during an upgrade."""
    for event_type in new["channels"]:
        name, _, version = event_type.rpartition(".v")
        if int(version) > readable.get(name, int(version)):
            yield f"event {event_type} cannot be read by the last release: publish it one release later"


def _rpc(old: Snapshot, new: Snapshot) -> Iterator[str]:
    diff = SchemaDiff(old, new)
    messages = new["components"]["messages"]
    for name, message in old["components"]["messages"].items():
        if name not in messages:
            yield f"RPC {name} is gone"
        elif "payload" in message:
            direction: Direction = "request" if name.endswith(".request") else "answer"
            yield from diff.breaking(message["payload"], messages[name]["payload"], direction, f"RPC {name}")


def _settings(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for service, settings in old.items():
        for name, before in settings.items():
            after = new[service].get(name)
            if after is None:
                yield f"setting {name} of {service} is gone"
                continue
            for what in ("default", "allowed"):
                if after[what] != before[what]:
                    yield f"setting {name} of {service}: {what} was {before[what]!r} and is {after[what]!r}"
        for name in new[service].keys() - settings.keys():
            if new[service][name]["needed"]:
                yield f"setting {name} of {service} is needed now"


def _problems(old: Snapshot, new: Snapshot) -> Iterator[str]:
    for code, status in old.items():
        if new.get(code) != status:
            yield f"problem {code} was {status} and is {new.get(code, 'gone')}"


def _municipality(old: Snapshot, new: Snapshot) -> Iterator[str]:
    yield from SchemaDiff(old, new).breaking(old["root"], new["root"], "request", "municipality file ")
