"""From a property name in an error of the service to the place in the manifest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType


def _walk(kind: SchemaType, path: str) -> Iterator[str]:
    yield path
    match kind:
        case Object(fields=fields):
            for name, inner in fields.items():
                yield from _walk(inner, f"{path}.{name}")
        case MapList(item=item) | AtomicList(item=item):
            for name, inner in item.fields.items():
                yield from _walk(inner, f"{path}[].{name}")
        case SetList() | _:
            pass


PATHS = tuple(_walk(PROPERTIES, "spec.properties"))
"""Every place, lists as `[]`: `spec.properties.startTask.environmentSettings[].value`."""


def spec_path(name: str) -> str | None:
    """The one place that a name can mean, however the service writes it; None when there are several or none."""
    wanted = _parts(name)
    found = [path for path in PATHS if _parts(path)[-len(wanted) :] == wanted]
    return found[0] if len(found) == 1 else None


def _parts(path: str) -> list[str]:
    return [part.casefold() for part in re.split(r"[./]", re.sub(r"\[\d*\]", "", path))]
