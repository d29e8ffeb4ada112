"""JSON pointers (RFC 6901) into canonical forms, and the kinds that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from poolkeeper.domain.failures import InvalidSpec
from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.types import ABSENT, Object, SchemaType, mismatch

MISSING = object()


class Unknown:
    """The kind of a member that the table does not know; nothing is known of what may be in it."""

    absent = ABSENT

    def canonical(self, value: Any) -> str:
        return mismatch(value)

    def wire(self, value: Any, path: str) -> Any:
        raise InvalidSpec(path, f"is {value!r:.40}, and not a property of the Batch API")


UNKNOWN = Unknown()


def parts_of(pointer: str) -> list[str]:
    """The unescaped parts: `["metadata", "a/b"]` for `/metadata/a~1b`."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def pointer_of(parts: Iterable[str]) -> str:
    """The pointer with these parts, escaped: the other way round."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)


def value_at(form: Any, pointer: str) -> Any:
    """What stands there, or MISSING."""
    for part in parts_of(pointer):
        if not isinstance(form, Mapping) or part not in form:
            return MISSING
        form = form[part]
    return form


def kinds_along(kind: SchemaType, pointer: str) -> list[SchemaType] | None:
    """The kinds from the top to the place that a pointer names; None when no form can have such a place."""
    found = [kind]
    for part in parts_of(pointer):
        inner = _inside(found[-1], part)
        if inner is None:
            return None
        found.append(inner)
    return found


def _inside(kind: SchemaType, part: str) -> SchemaType | None:
    match kind:
        case Object(fields=fields, closed=closed):
            return fields.get(part) or (UNKNOWN if closed else None)
        case MapList(item=item, value=value):
            return item if value is None else item.fields[value]
        case AtomicList(item=item):
            return item if part.isascii() and part.isdigit() else None
        case SetList(choice=choice):
            return choice
        case _:
            return None
