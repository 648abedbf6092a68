"""The cattrs converter behind a codec: how types become what MongoDB stores, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Set
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import attrs
from cattrs import Converter
from cattrs.fns import identity
from cattrs.gen import make_dict_structure_fn_from_attrs, make_dict_unstructure_fn, override

from .connection import Document

Structure = Callable[[Any, Any], Any]
Unstructure = Callable[[Any], Any]
#: reads a value from its text; `str` writes it, or `isoformat` when the type has it
ReadText = Callable[[str], Any]

UNKNOWN_FIELDS = "unknown_fields"
#: types that MongoDB stores as they are
_PLAIN_TYPES = frozenset({str, int, float, bool, bytes, dt.datetime, dict, list, NoneType, Any})
_DATES: Mapping[type, ReadText] = MappingProxyType({dt.date: dt.date.fromisoformat, dt.time: dt.time.fromisoformat})


@dataclass(frozen=True)
class Layout:
    """How a dataclass is stored where that differs from its fields.

    `names`: the stored name by field. `omit_default`: fields that are absent when they have their default. `beside`:
    fields that are stored beside those of the dataclass.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    omit_default: Set[str] = frozenset()
    beside: Set[str] = frozenset()

    def stored_names(self, part: Any) -> dict[str, str]:
        """The stored name by field of a dataclass, without the unknown fields."""
        return {each.name: self.names.get(each.name, each.name) for each in fields(part) if each.name != UNKNOWN_FIELDS}


def make_converter(layouts: Mapping[type, Layout], text_types: Mapping[type, ReadText]) -> Converter:
    """`layouts`: by dataclass. `text_types`: types that are stored as text, and how to read them."""
    converter = Converter(detailed_validation=False)
    for plain in (str, int, float, bool, bytes, dt.datetime):
        converter.register_structure_hook(plain, _as_stored)
    converter.register_unstructure_hook(dt.datetime, identity)  # it is a subclass of date
    for text_type, read in {**_DATES, **text_types}.items():
        converter.register_structure_hook(text_type, _reading(read))
        converter.register_unstructure_hook(text_type, getattr(text_type, "isoformat", str))
    converter.register_structure_hook_factory(_is_plain, lambda _: _as_stored)
    converter.register_unstructure_hook_factory(_is_plain, lambda _: identity)
    converter.register_structure_hook_factory(_is_mapping, lambda _: _as_stored)
    converter.register_unstructure_hook_factory(_is_mapping, lambda _: dict)
    for is_type, make in (
        (_is_tuple, lambda each: _tuple_hooks(converter, each)),
        (_is_frozenset, lambda _: (lambda values, _: frozenset(values), sorted)),
        (is_dataclass, lambda each: _dataclass_hooks(converter, each, layouts.get(each, Layout()))),
    ):
        hooks = cache(make)
        converter.register_structure_hook_factory(is_type, lambda each, hooks=hooks: hooks(each)[0])
        converter.register_unstructure_hook_factory(is_type, lambda each, hooks=hooks: hooks(each)[1])
    return converter


def _as_stored(value: Any, _: Any) -> Any:
    return value


def _reading(read: ReadText) -> Structure:
    return lambda text, _: read(text)


def _is_plain(each: Any) -> bool:
    if each in _PLAIN_TYPES or is_typeddict(each):
        return True
    if get_origin(each) in (Union, UnionType):
        return all(map(_is_plain, get_args(each)))
    return get_origin(each) in (dict, list) and all(map(_is_plain, get_args(each)))


def _is_mapping(each: Any) -> bool:
    """Whether it is an abstract mapping of plain values, which pymongo does not accept in every form."""
    return get_origin(each) is Mapping and all(map(_is_plain, get_args(each)))


def _is_tuple(each: Any) -> bool:
    return get_origin(each) is tuple


def _is_frozenset(each: Any) -> bool:
    return get_origin(each) is frozenset


def _tuple_hooks(converter: Converter, each: Any) -> tuple[Structure, Unstructure]:
    """A tuple is stored as an array. One of fixed length holds plain values only."""
    item = get_args(each)[0]
    if all(_is_plain(part) for part in get_args(each) if part is not Ellipsis):
        return lambda values, _: tuple(values), list
    read, write = converter.get_structure_hook(item), converter.get_unstructure_hook(item)
    return lambda values, _: tuple([read(value, item) for value in values]), lambda values: [*map(write, values)]


def _attributes(part: Any) -> list[Any]:
    """The fields of a dataclass as attrs describes them. For one with a converter, cattrs generates no call."""
    types = get_type_hints(part)

    def attribute(each: Field[Any]) -> Any:
        options: dict[str, Any] = {"type": types[each.name], "kw_only": each.kw_only}
        if _is_plain(types[each.name]):
            options["converter"] = identity
        if (each.default, each.default_factory) != (MISSING, MISSING):
            options["default"] = None
        return attrs.field(**options)

    return list(attrs.fields(attrs.make_class(part.__name__, {each.name: attribute(each) for each in fields(part)})))


def _dataclass_hooks(converter: Converter, part: Any, layout: Layout) -> tuple[Structure, Unstructure]:
    stored = layout.stored_names(part)
    options: dict[str, Any] = {
        name: override(rename=stored[name], omit_if_default=name in layout.omit_default or None) for name in stored
    }
    options[UNKNOWN_FIELDS] = override(omit=True)
    read: Structure = make_dict_structure_fn_from_attrs(
        _attributes(part), part, converter, _cattrs_prefer_attrib_converters=True, **options
    )
    write: Unstructure = make_dict_unstructure_fn(part, converter, **options)
    known = frozenset(stored.values()) | layout.beside

    def read_all(document: Document, _: Any) -> Any:
        entity = read(document, part)
        if not known.issuperset(document):
            unknown = {name: value for name, value in document.items() if name not in known}
            object.__setattr__(entity, UNKNOWN_FIELDS, unknown)
        return entity

    def write_all(entity: Any) -> Document:
        document: Document = write(entity)
        return {**entity.unknown_fields, **document} if entity.unknown_fields else document

    return read_all, write_all
