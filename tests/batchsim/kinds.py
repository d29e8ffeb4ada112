"""The kinds of JSON value the service tells apart, and the walk that refuses what does not fit.

Wrong types and unknown names are InvalidRequestBody with the parser's own words as Reason
(Azure/azure-powershell issue 12147 shows one); wrong values are InvalidPropertyValue.
A JSON null counts as absent: no recorded body of the service bears one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.batchsim.errors import about_property


@dataclass(frozen=True)
class Text:
    """A string."""


@dataclass(frozen=True)
class Flag:
    """A boolean, and nothing that merely looks like one."""


@dataclass(frozen=True)
class Whole:
    """A 32-bit integer not below `minimum`."""

    minimum: int = -(2**31)


@dataclass(frozen=True)
class Choice:
    """An enum; any case is taken, as the service's answers differ in case from its own specification."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Items:
    """A list of at most `limit` items of one kind."""

    of: Kind
    limit: int | None = None


@dataclass(frozen=True)
class Opaque:
    """A value that the stand-in keeps without looking inside."""

    types: tuple[type, ...] = (dict, list, str, int, float, bool)


@dataclass(frozen=True)
class Record:
    """An object of a named type; `required` must be there, anything not in `fields` is refused."""

    name: str
    fields: dict[str, Kind]
    required: tuple[str, ...] = field(default=())


Kind = Text | Flag | Whole | Choice | Items | Opaque | Record

_EDM = {Text: "Edm.String", Flag: "Edm.Boolean", Whole: "Edm.Int32", Choice: "Edm.String"}


def check(value: Any, kind: Kind, *, name: str) -> None:
    """Refuse `value`, the value of property `name`, unless it is of `kind`."""
    match kind:
        case Record():
            _check_record(value, kind, name=name)
        case Items():
            _check_items(value, kind, name=name)
        case Opaque():
            if not isinstance(value, kind.types):
                raise about_property("InvalidRequestBody", name, value=value, reason="The value has a wrong type.")
        case _:
            _check_leaf(value, kind, name=name)


def _check_record(value: Any, kind: Record, *, name: str) -> None:
    if not isinstance(value, dict):
        reason = "When trying to read an object, a node that is none was found."
        raise about_property("InvalidRequestBody", name, value=value, reason=reason)
    for key, inner in value.items():
        if key not in kind.fields:
            reason = (
                f"The property '{key}' does not exist on type"
                f" 'Microsoft.Azure.Batch.Protocol.Entities.{kind.name}'."
                " Make sure to only use property names that are defined by the type."
            )
            raise about_property("InvalidRequestBody", key, value=inner, reason=reason)
        if inner is not None:
            check(inner, kind.fields[key], name=key)
    for key in kind.required:
        if value.get(key) is None:
            raise about_property("MissingRequiredProperty", key)


def _check_items(value: Any, kind: Items, *, name: str) -> None:
    if not isinstance(value, list):
        reason = "When trying to read a collection, a node that is none was found."
        raise about_property("InvalidRequestBody", name, value=value, reason=reason)
    if kind.limit is not None and len(value) > kind.limit:
        reason = f"The collection has {len(value)} items; at most {kind.limit} are permitted."
        raise about_property("InvalidPropertyValue", name, value=str(len(value)), reason=reason)
    for item in value:
        check(item, kind.of, name=name)


def _check_leaf(value: Any, kind: Text | Flag | Whole | Choice, *, name: str) -> None:
    if not _has_type(value, kind):
        reason = (
            f"Cannot convert a primitive value to the expected type '{_EDM[type(kind)]}'."
            " See the inner exception for more details."
        )
        raise about_property("InvalidRequestBody", name, value=value, reason=reason)
    if isinstance(kind, Choice) and value.casefold() not in {known.casefold() for known in kind.values}:
        reason = f"The value is none of {', '.join(kind.values)}."
        raise about_property("InvalidPropertyValue", name, value=value, reason=reason)
    if isinstance(kind, Whole) and not kind.minimum <= value < 2**31:
        reason = f"The value must be between {kind.minimum} and {2**31 - 1}."
        raise about_property("InvalidPropertyValue", name, value=value, reason=reason)


def _has_type(value: Any, kind: Text | Flag | Whole | Choice) -> bool:
    if isinstance(kind, Flag):
        return isinstance(value, bool)
    if isinstance(kind, Whole):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)
