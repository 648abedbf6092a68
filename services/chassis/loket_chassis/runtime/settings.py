"""Settings: one frozen dataclass per service, read once, checked whole, shown with its secrets masked.

A value comes from the environment, else from the service's config.yaml, else from the default. The name in both is
the field's name in capitals. All missing and invalid settings are reported together.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_type_hints

import yaml

from ..yaml import safe_load
from .allowed_values import (
    Between,
    Check,
    DatabaseName,
    ListenAddress,
    MongoUri,
    OneOf,
    WebAddress,
)
from .secret_values import BrokerUri

#: the exit code for invalid settings (sysexits.h)
EX_CONFIG = 78
TYPES = {int: "a whole number", float: "a number", bool: "true or false", str: ""}
TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}

_PLAIN = re.compile(r"[A-Za-z0-9*/][^\s#]*")
#: ranges that several settings share
WORKERS = Between(1, 10_000)
SECONDS = Between(0.1, 600)
#: those that OpenTelemetry specifies and its SDK has
SAMPLERS = (
    "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio",
    "always_on", "always_off", "traceidratio",
)  # fmt: skip

#: `LOKET_SECRET_FILE` names a file that holds the secret LOKET_SECRET, as container engines mount secrets
FILE_SUFFIX = "_FILE"

S = TypeVar("S", bound="Settings")


class SettingsError(Exception):
    """The settings cannot be used; the text names every one that is missing or wrong."""


def setting(
    help: str, *, default: Any = dataclasses.MISSING, secret: bool = False, allowed: Check | None = None
) -> Any:
    """A field of a settings class.

    `help`: its sentence in the documentation. `secret`: its value is never shown. `allowed`: refuses other values.
    """
    return dataclasses.field(default=default, metadata={"help": help, "secret": secret, "allowed": allowed})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of every service."""

    amqp_uri: str = setting(
        "The RabbitMQ broker, as pyamqp://user:password@host:port/vhost", secret=True, allowed=BrokerUri()
    )
    http_address: str = setting(
        "Where this process serves HTTP: probes, metrics, and all addresses of the gateway", allowed=ListenAddress()
    )
    max_workers: int = setting(
        "How many requests and messages are processed at once; also the prefetch count",
        default=32,
        allowed=WORKERS,
    )
    rpc_deadline: float = setting("Seconds to wait for a response from another service", default=2.0, allowed=SECONDS)
    log_level: str = setting(
        "The lowest level that is logged", default="INFO", allowed=OneOf(("DEBUG", "INFO", "WARNING", "ERROR"))
    )
    otel_exporter_otlp_endpoint: str = setting(
        "The OpenTelemetry collector to which spans are sent over OTLP and HTTP, as http://collector:4318; "
        "empty: no spans",
        default="",
        allowed=WebAddress(),
    )
    otel_traces_sampler: str = setting(
        "Which traces are recorded", default="parentbased_always_on", allowed=OneOf(SAMPLERS)
    )
    otel_traces_sampler_arg: float = setting(
        "The share of traces that a sampler named traceidratio records", default=1.0, allowed=Between(0, 1)
    )

    #: the groups of settings that were read as well, by class
    groups: Mapping[type, Any] = dataclasses.field(default_factory=dict, init=False, compare=False)

    @classmethod
    def groups_in_force(cls, values: Mapping[str, Any]) -> Iterable[type]:
        """The classes of settings that also apply, given the values of this one."""
        return ()

    @classmethod
    def all_groups(cls) -> Iterable[type]:
        """Every class of settings that can apply."""
        return ()

    @classmethod
    def read(cls: type[S], file: Path | None = None, environment: Mapping[str, str] = os.environ) -> S:
        """Raises SettingsError, naming every setting that is missing, unknown or not allowed."""
        stated = _from_file(file) if file else {}
        known = {field.name.upper() for each in (cls, *cls.all_groups()) for field in _fields(each)}
        problems = [f"{name} in {file} is not a setting of this service" for name in stated if name not in known]
        values = _read(cls, stated, environment, problems)
        groups = {}
        for group in cls.groups_in_force(values):
            of_group = _read(group, stated, environment, problems)
            if not problems:
                groups[group] = group(**of_group)
        if problems:
            raise SettingsError("\n".join(problems))
        settings = cls(**values)
        object.__setattr__(settings, "groups", groups)
        return settings

    def shown(self) -> dict[str, str]:
        """Every setting by name, secrets masked."""
        return {
            field.name.upper(): "********" if field.metadata["secret"] else _written(getattr(each, field.name))
            for each in (self, *self.groups.values())
            for field in _fields(type(each))
        }

    def as_file(self) -> str:
        """The settings as a config.yaml, secrets masked, with what is allowed for each behind it."""
        allowed = {each.name: each.allowed for cls in (type(self), *self.groups) for each in describe(cls)}
        return "".join(
            f"{name}: {_quoted(value)}" + (f"  # {allowed[name]}" if allowed[name] else "") + "\n"
            for name, value in self.shown().items()
        )

    def for_opentelemetry(self) -> dict[str, str]:
        """The variables that OpenTelemetry reads."""
        return {name: value for name, value in self.shown().items() if name.startswith("OTEL_")}

    def for_nameko(self) -> dict[str, Any]:
        """The container configuration that nameko expects; the settings themselves travel along in it."""
        return {
            "AMQP_URI": self.amqp_uri,
            "WEB_SERVER_ADDRESS": self.http_address,
            "max_workers": self.max_workers,
            "serializer": "json",
            "ACCEPT": ["json", "cloudevents"],
            "HEARTBEAT": 30,
            "SERVICE_CONTAINER_CLS": "loket_chassis.service.container.Container",
            "settings": self,
        }


@dataclass(frozen=True, kw_only=True)
class MongoSettings(Settings):
    """The settings of every service with a database."""

    mongo_uri: str = setting(
        "The MongoDB replica set, as mongodb://host:port/?replicaSet=name", secret=True, allowed=MongoUri()
    )
    mongo_database: str = setting("The name of this service's own database", allowed=DatabaseName())


class Described(NamedTuple):
    """A setting as the documentation shows it. `default` is empty when there is none, `allowed` when any text may be
    given."""

    name: str
    default: str
    help: str
    allowed: str


def describe(cls: type) -> list[Described]:
    """Every setting of a class, in the order in which they are written there."""
    types = get_type_hints(cls)
    return [
        Described(
            field.name.upper(),
            "" if field.default is dataclasses.MISSING else _written(field.default),
            field.metadata["help"],
            _allowed(field, types[field.name]),
        )
        for field in _fields(cls)
    ]


def secret_names(cls: type) -> set[str]:
    """The settings of a class that can also come from a file, which `<NAME>_FILE` names."""
    return {field.name.upper() for field in _fields(cls) if field.metadata["secret"]}


def refusal(field: dataclasses.Field[Any], raw: Any, error: ValueError) -> str:
    """The sentence that names a setting, what was given unless it is a secret, and what is allowed."""
    given = "" if field.metadata["secret"] else f"={_written(raw)}"
    return f"{field.name.upper()}{given} cannot be used: {error}."


def _fields(cls: type) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(cls) if "help" in field.metadata]


def _read(
    cls: type, stated: Mapping[str, Any], environment: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:  # fmt: skip
    types = get_type_hints(cls)
    values = {}
    for field in _fields(cls):
        name = field.name.upper()
        try:
            raw = read_secret_file(field, environment) or environment.get(name) or stated.get(name)
        except ValueError as error:
            problems.append(f"{name}{FILE_SUFFIX} cannot be used: {error}.")
            continue
        if raw is None or raw == "":
            if field.default is dataclasses.MISSING:
                problems.append(f"{name} is not set. {field.metadata['help']}")
            continue
        try:
            value = _convert(raw, types[field.name], _allowed(field, types[field.name]))
            check = field.metadata["allowed"]
            values[field.name] = check(value) if check else value
        except ValueError as error:
            problems.append(refusal(field, raw, error))
    return values


def read_secret_file(field: dataclasses.Field[Any], environment: Mapping[str, str]) -> str | None:
    """The content of the file that `<NAME>_FILE` names, without its last line end. Only secrets have one.

    Raises ValueError when the variable itself is set too, or the file cannot be read.
    """
    name = field.name.upper()
    path = environment.get(f"{name}{FILE_SUFFIX}")
    if not path or not field.metadata["secret"]:
        return None
    if environment.get(name):
        raise ValueError(f"{name} is set too")
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error


def _from_file(file: Path) -> dict[str, Any]:
    try:
        stated = safe_load.load(file.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{file} is not YAML: {error}") from error
    if not isinstance(stated, dict):
        raise SettingsError(f"{file} must hold NAME: value lines")
    return stated


def _convert(raw: Any, wanted: type, allowed: str) -> Any:
    """Raises ValueError with a clause such as "it must be ..."."""
    text = str(raw).strip()  # also of what YAML has read as 3.7 or true, since neither is a whole number
    if wanted is bool and text.lower() in TRUTH:
        return TRUTH[text.lower()]
    if wanted in (int, float):
        with contextlib.suppress(ValueError):
            return wanted(text)
    if wanted is str:
        return str(raw)
    raise ValueError(f"it must be {allowed}")


def _allowed(field: dataclasses.Field[Any], of: type) -> str:
    check: Check | None = field.metadata["allowed"]
    return ", ".join(filter(None, (TYPES[of], check.allowed if check else "")))


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(value: str) -> str:
    """The text as a YAML scalar on one line."""
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
