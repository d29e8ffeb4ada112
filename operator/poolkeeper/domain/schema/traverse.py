"""One walk through values by the table of properties, for all who decide what may be shown.

What the table does not know comes with None for its type: a member that a later api-version has brought, a value of the
wrong shape, and a type of schema that nobody has taught this walk. Who redacts hides that, so that what is forgotten
here is hidden and never shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.types import Boolean, Enum, Integer, Object, SchemaType, String

Leaf = String | Enum | Integer | Boolean
"""The types of single values."""

_MEMBER = Boolean(default=True)
"""Of a set in its canonical form: its name is the value, and it is True."""


def mapped(
    kind: SchemaType | None,
    form: Any,
    leaf: Callable[[Leaf | None, Any], Any],
    *,
    most: int | None = None,
    name: Callable[[str], str] = str,
) -> Any:
    """A canonical form with `leaf(type, value)` in place of each value, and `name` of each name.

    `most` bounds the members of each map that are looked at.
    """
    if isinstance(form, Mapping) and isinstance(kind, Object | MapList | AtomicList | SetList):
        inner = islice(form.items(), most)
        return {name(key): mapped(_inside(kind, key), value, leaf, most=most, name=name) for key, value in inner}
    return leaf(kind if isinstance(kind, Leaf) and not isinstance(form, Mapping | list) else None, form)


def leaves(kind: SchemaType | None, wire: Any) -> Iterator[tuple[Leaf | None, Any]]:
    """Every single value of a wire form with its type."""
    match kind:
        case Object(fields=fields) if isinstance(wire, Mapping):
            for name, value in wire.items():
                yield from leaves(fields.get(name), value)
        case MapList(item=item) | AtomicList(item=item) if isinstance(wire, list):
            for value in wire:
                yield from leaves(item, value)
        case SetList(choice=choice) if isinstance(wire, list):
            for value in wire:
                yield from leaves(choice, value)
        case _ if isinstance(wire, Mapping | list):
            for value in wire.values() if isinstance(wire, Mapping) else wire:
                yield from leaves(None, value)
        case String() | Enum() | Integer() | Boolean():
            yield kind, wire
        case _:
            yield None, wire


def _inside(kind: Object | MapList | AtomicList | SetList, name: str) -> SchemaType | None:
    match kind:
        case Object(fields=fields):
            return fields.get(name)
        case MapList(item=item, value=field):
            return item if field is None else item.fields[field]
        case AtomicList(item=item):
            return item
        case SetList():
            return _MEMBER
