"""Settings: one frozen dataclass per service, read once, checked whole, shown with its secrets masked.

A value comes from the environment, else from the service's config.yaml, else from the default. The name in both is
the field's name in capitals. All that is missing or wrong is reported together, so one start tells everything.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import yaml

from . import plain_yaml

S = TypeVar("S", bound="Settings")


class SettingsError(Exception):
    """The settings cannot be used; the text names every one that is missing or wrong."""


def setting(help: str, *, default: Any = dataclasses.MISSING, secret: bool = False) -> Any:
    """A field of a settings class. `help` is its sentence in `--show-config` and in the documentation."""
    return dataclasses.field(default=default, metadata={"help": help, "secret": secret})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What every service needs to know."""

    amqp_uri: str = setting("The RabbitMQ broker, as pyamqp://user:password@host:port/vhost", secret=True)
    http_address: str = setting("Where this process answers HTTP: probes, figures and, for the gateway, everything")
    max_workers: int = setting("How many requests and messages are worked on at once; the prefetch too", default=32)
    rpc_deadline: float = setting("Seconds to wait for another service's answer", default=2.0)
    log_level: str = setting("DEBUG, INFO, WARNING or ERROR", default="INFO")

    #: the groups of settings that were read as well, by class
    groups: Mapping[type, Any] = dataclasses.field(default_factory=dict, init=False, compare=False)

    @classmethod
    def groups_in_force(cls, values: Mapping[str, Any]) -> Iterable[type]:
        """More classes of settings that count, given the values of this one. Raises SettingsError."""
        return ()

    @classmethod
    def all_groups(cls) -> Iterable[type]:
        """Every class of settings that may count."""
        return ()

    @classmethod
    def read(cls: type[S], file: Path | None = None, environment: Mapping[str, str] = os.environ) -> S:
        """Raises SettingsError, naming every setting that is missing, unknown or not of its type."""
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
            field.name.upper(): "********" if field.metadata["secret"] else str(getattr(each, field.name))
            for each in (self, *self.groups.values())
            for field in _fields(type(each))
        }

    def for_nameko(self) -> dict[str, Any]:
        """The container configuration that nameko expects; the settings themselves travel along in it."""
        return {
            "AMQP_URI": self.amqp_uri,
            "WEB_SERVER_ADDRESS": self.http_address,
            "max_workers": self.max_workers,
            "serializer": "json",
            "ACCEPT": ["json", "cloudevents"],
            "HEARTBEAT": 30,
            "SERVICE_CONTAINER_CLS": "loket_chassis.container.Container",
            "settings": self,
        }


@dataclass(frozen=True, kw_only=True)
class MongoSettings(Settings):
    """What a service with a database needs to know."""

    mongo_uri: str = setting("The MongoDB replica set, as mongodb://host:port/?replicaSet=name", secret=True)
    mongo_database: str = setting("The name of this service's own database")


def describe(cls: type) -> list[tuple[str, str, str]]:
    """(name, default, help) of every setting, for the documentation."""
    return [
        (
            field.name.upper(),
            "" if field.default is dataclasses.MISSING else str(field.default),
            field.metadata["help"],
        )
        for field in _fields(cls)
    ]


def _fields(cls: type) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(cls) if "help" in field.metadata]


def _read(
    cls: type, stated: Mapping[str, Any], environment: Mapping[str, str], problems: list[str]
) -> dict[str, Any]:  # fmt: skip
    types = get_type_hints(cls)
    values = {}
    for field in _fields(cls):
        name = field.name.upper()
        raw = environment.get(name) or stated.get(name)
        if raw is None or raw == "":
            if field.default is dataclasses.MISSING:
                problems.append(f"{name} is not set. {field.metadata['help']}")
            continue
        try:
            values[field.name] = _convert(raw, types[field.name])
        except ValueError:
            problems.append(f"{name} is not a {types[field.name].__name__}. {field.metadata['help']}")
    return values


def _from_file(file: Path) -> dict[str, Any]:
    try:
        stated = plain_yaml.load(file.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise SettingsError(f"{file} is not YAML: {error}") from error
    if not isinstance(stated, dict):
        raise SettingsError(f"{file} must hold NAME: value lines")
    return stated


def _convert(raw: Any, wanted: type) -> Any:
    if wanted is bool:
        known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        text = str(raw).lower()
        if text not in known:
            raise ValueError(raw)
        return known[text]
    return wanted(raw)
