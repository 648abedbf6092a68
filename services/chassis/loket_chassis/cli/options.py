"""Command-line options that are also settings of a service, with the same checks."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ..runtime.settings import EX_CONFIG, FILE_SUFFIX, MongoSettings, Settings, read_secret_file, refusal

F = TypeVar("F", bound=Callable[..., Any])


class SettingRefused(click.ClickException):
    """A setting that cannot be used."""

    exit_code = EX_CONFIG


class _Checked(click.ParamType):
    name = "text"

    def __init__(self, field: dataclasses.Field[Any]) -> None:
        self.field = field

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.field.metadata["allowed"](value)
        except ValueError as error:
            raise SettingRefused(refusal(self.field, value, error)) from error


def setting_option(flag: str, settings: type, field: str, **attributes: Any) -> Callable[[F], F]:
    """A required option that reads the environment as the setting `field` does, also a file that `..._FILE` names.

    `attributes`: those of click.option.
    """
    setting = settings.__dataclass_fields__[field]  # type: ignore[attr-defined]

    def from_file() -> str:
        try:
            found = read_secret_file(setting, os.environ)
        except ValueError as error:
            raise SettingRefused(f"{field.upper()}{FILE_SUFFIX} cannot be used: {error}.") from error
        if found is None:
            name = field.upper()
            raise click.MissingParameter(
                f"Set {name}, or {name}{FILE_SUFFIX} to the path of a file with it.",
                param_type="option",
                param_hint=flag,
            )
        return found

    return click.option(flag, envvar=field.upper(), type=_Checked(setting), default=from_file, **attributes)


amqp_uri_option = setting_option("--amqp-uri", Settings, "amqp_uri", help="The broker (or set AMQP_URI).")
mongo_uri_option = setting_option("--mongo-uri", MongoSettings, "mongo_uri", help="The database (or set MONGO_URI).")
