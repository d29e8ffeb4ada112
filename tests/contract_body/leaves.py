"""Every leaf of the five properties, found by walking the table, with what may stand around it and in it.

A leaf is a path of names and places in the wire form. A field that is new in the table gets its leaf without a line
here; what cannot be read off the table (which fields exclude each other, which texts are of a form) stands in the
small tables below.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Boolean, Enum, Integer, Object, SchemaType, String

Json = dict[str, Any]
Path = tuple[str | int, ...]

TEXTS: dict[str, tuple[str, ...]] = {
    "thumbprintAlgorithm": ("sha1",),  # there is no other
    "thumbprint": ("ab" * 20, "cd" * 20),
    "fileMode": ("0755", "0644"),
    "httpUrl": ("https://x.example/a?sig=1", "https://x.example/b?sig=2"),
    "storageContainerUrl": ("https://x.example/a", "https://x.example/b"),
    "imageName": ("alpine:3", "debian:13"),
    "resourceId": ("/subscriptions/1/a", "/subscriptions/1/b"),
    "registryServer": ("a.example.org", "b.example.org"),
}
"""Values of the texts that are of some form; any other text is `first`, then `second`."""

AROUND: dict[str, Json] = {
    "httpUrl": {"filePath": "file"},
    "storageContainerUrl": {},
    "autoStorageContainerName": {},
    "containerSettings.registry.password": {"username": "puller"},
    "containerSettings.registry.registryServer": {"identityReference": {"resourceId": "/subscriptions/1/a"}},
    "containerSettings.registry.username": {"password": "hunter2"},
    "resourceFiles.*": {"storageContainerUrl": "https://x.example/box"},
}
"""What must stand beside a leaf, by the end of its path, or for every other leaf of an object."""

NEEDED = {"httpUrl", "storageContainerUrl", "autoStorageContainerName"}
"""Fields that the table calls optional and that are one of a group: without them the object is nothing."""


@dataclass(frozen=True)
class Leaf:
    """A place that holds a value of its own; `path` in the wire form, lists entered at their first item."""

    path: Path
    kind: SchemaType
    first: Any
    """A value that is not the default."""
    second: Any
    """Another one, the default if the first leaves no other; None where there is none."""
    base: Json
    """The least properties in which the leaf may stand, without it."""
    optional: Path
    """The place that is left out to be rid of the leaf: its own if it is optional, else what it makes up."""

    def __str__(self) -> str:
        return ".".join("[]" if isinstance(step, int) else step for step in self.path).replace(".[]", "[]")

    @property
    def echoed(self) -> bool:
        """Whether the service shows it again."""
        return not isinstance(self.kind, String) or not self.kind.write_only

    @property
    def default(self) -> Any:
        """What leaving it out means, in the wire form; None if it means nothing."""
        match self.kind:
            case String(default=default) | Enum(default=default) | Integer(default=default) | Boolean(default=default):
                return default
            case SetList(choice=choice):
                return list(choice.values)
            case _:
                return None

    def holding(self, value: Any) -> Json:
        """Properties in which the leaf holds a value."""
        return put(self.base, self.path, value)

    def without(self) -> Json:
        """Properties in which the leaf is left out, and else as they are."""
        return cut(self.holding(self.first), self.optional)


def leaves() -> list[Leaf]:
    """All of them, in the order of the table."""
    return list(_walk(PROPERTIES, (), {}, ()))


def value_at(properties: Any, path: Path) -> Any:
    """The value at a path; None when anything on the way is missing."""
    for step in path:
        if isinstance(step, int):
            properties = properties[step] if isinstance(properties, list) and len(properties) > step else None
        else:
            properties = properties.get(step) if isinstance(properties, dict) else None
    return properties


def put(properties: Json, path: Path, value: Any) -> Json:
    """A copy with a value set, and the objects and lists on the way to it made."""
    changed = copy.deepcopy(properties)
    node: Any = changed
    for step, following in pairwise(path):
        made: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int) and len(node) == step:
            node.append(made)
        elif not isinstance(step, int):
            node.setdefault(step, made)
        node = node[step]
    node[path[-1]] = value
    return changed


def cut(properties: Json, path: Path) -> Json:
    """A copy with a place removed, and every object and list that it leaves empty."""
    changed = copy.deepcopy(properties)
    *parents, last = path
    del value_at(changed, tuple(parents))[last]
    if parents and not value_at(changed, tuple(parents)):
        return cut(changed, tuple(parents))
    return changed


def _walk(kind: SchemaType, path: Path, base: Json, optional: Path) -> Iterator[Leaf]:
    match kind:
        case Object():
            for name, inner in kind.fields.items():
                here = (*path, name)
                base_here = _furnished(kind, path, name, base)
                needed = name in kind.required or name in NEEDED
                yield from _walk(inner, here, base_here, optional if needed and path else here)
        case MapList(item=item) | AtomicList(item=item):
            yield from _walk(item, (*path, 0), base, path)
        case _:
            first, second = _values(kind, str(path[-1]))
            yield Leaf(path, kind, first, second, base, optional)


def _furnished(record: Object, path: Path, name: str, base: Json) -> Json:
    """The base with what the object needs beside the field `name`."""
    names = [step for step in path if isinstance(step, str)]
    dotted = ".".join([*names, name])
    beside = next((AROUND[end] for end in AROUND if dotted == end or dotted.endswith(f".{end}")), None)
    if beside is None:
        beside = AROUND.get(f"{names[-1]}.*", {}) if names else {}
    required = {one: _values(record.fields[one], one)[0] for one in record.required if one != name}
    for one, value in {**required, **({} if name in beside else beside)}.items():
        base = put(base, (*path, one), value)
    return base


def _values(kind: SchemaType, name: str) -> tuple[Any, Any]:
    match kind:
        case String():
            first, second = (*TEXTS.get(name, ("first", "second")), None)[:2]
            return first, second
        case Enum(values=values, default=default):
            others = [value for value in values if value != default]
            return others[0], others[1] if len(others) > 1 else default
        case Integer():
            return 3, 1
        case Boolean(default=default):
            return not default, default
        case SetList(choice=choice):
            return list(choice.values[:1]), list(choice.values[1:])
        case _:
            raise TypeError(f"{name}: no values for {kind}")
