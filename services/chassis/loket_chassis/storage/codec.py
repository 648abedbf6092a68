"""Convert dataclasses to MongoDB documents and back, with a schema version in each document.

Reading is tolerant: a missing field has the default of the dataclass, and a field that this version does not know is
preserved and written back. A document of an earlier version is first upcast, step by step, to the current one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Generic, TypeVar, get_type_hints

from cattrs import Converter

from .connection import Document
from .converter import Layout, ReadText, make_converter

__all__ = ["DOCUMENT_ID", "Codec", "Layout", "UnreadableDocument"]

T = TypeVar("T")
#: turns a document of one version into one of the next
Upcast = Callable[[Document], Document]

SCHEMA_VERSION = "schema_version"
#: fields of a document that belong to its repository and not to the dataclass
REPOSITORY_FIELDS = frozenset({"_id", "outbox", SCHEMA_VERSION})
#: the layout of a dataclass whose field `id` is the id of the document
DOCUMENT_ID = Layout({"id": "_id"})
_AS_NAMED = Layout()


class UnreadableDocument(Exception):
    """A stored document lacks a field that has no default."""


class Codec(Generic[T]):
    """The documents of one dataclass. A document without a schema version has version 0.

    `layout`: of the dataclass; `part_layouts`: of those inside it. `version`: 0 while the previous release refuses a
    document with a version. `upcasts`: by the version that they start from; without one the shape did not change.
    `text_types`: types that are stored as text, and how to read them.
    """

    def __init__(
        self, entity: type[T], layout: Layout = _AS_NAMED, *, version: int = 1,
        upcasts: Mapping[int, Upcast] = MappingProxyType({}),
        part_layouts: Mapping[type, Layout] = MappingProxyType({}),
        text_types: Mapping[type, ReadText] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        self.entity = entity
        self.version = version
        #: for an update that inserts a document without `encode`
        self.version_field: Document = {SCHEMA_VERSION: version} if version else {}
        self.layout = replace(layout, beside=layout.beside | REPOSITORY_FIELDS)
        self._layouts = {**part_layouts, entity: self.layout}
        self._text_types = text_types
        self._upcasts = upcasts

    def decode(self, document: Mapping[str, Any]) -> T:
        """Raises UnreadableDocument."""
        if self._upcasts:
            document = self._upcast(document)
        try:
            decoded: T = self._structure(document, self.entity)
        except KeyError as error:
            raise UnreadableDocument(f"{self.entity.__name__} {document.get('_id')!r} has no {error}") from error
        return decoded

    def decode_found(self, document: Mapping[str, Any] | None) -> T | None:
        """As `decode`, for what `find_one` returned."""
        return None if document is None else self.decode(document)

    def encode(self, entity: T) -> Document:
        document: Document = self._unstructure(entity)
        document.update(self.version_field)
        return document

    def encode_fields(self, **values: Any) -> Document:
        """Some fields of the dataclass, for a `$set`. The version of the document stays as it is."""
        return {
            self._stored_names[name]: self._converter.unstructure(value, self._types[name])
            for name, value in values.items()
        }

    def _upcast(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        for version in range(document.get(SCHEMA_VERSION, 0), self.version):
            if version in self._upcasts:
                document = self._upcasts[version](dict(document))
        return document

    # The functions are generated on first use, because that takes milliseconds.

    @cached_property
    def _converter(self) -> Converter:
        return make_converter(self._layouts, self._text_types)

    @cached_property
    def _structure(self) -> Callable[[Any, Any], Any]:
        return self._converter.get_structure_hook(self.entity)

    @cached_property
    def _unstructure(self) -> Callable[[Any], Any]:
        return self._converter.get_unstructure_hook(self.entity)

    @cached_property
    def _types(self) -> dict[str, Any]:
        return get_type_hints(self.entity)

    @cached_property
    def _stored_names(self) -> dict[str, str]:
        return self.layout.stored_names(self.entity)
