"""Every list of named or ordered things in the five properties, with two items that may stand in it."""

from __future__ import annotations

from dataclasses import dataclass

from poolkeeper.domain.schema.lists import AtomicList, MapList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType
from tests.contract_body.leaves import Json, Leaf, Path, cut, leaves, put, value_at


@dataclass(frozen=True)
class Listed:
    """A list at `path`, in properties that hold nothing more than it needs."""

    path: Path
    ordered: bool
    one: Json
    other: Json
    absent: Json
    """Properties without the list."""

    def __str__(self) -> str:
        return ".".join(str(step) for step in self.path)

    def holding(self, *items: Json) -> Json:
        """Properties in which the list holds these items."""
        return put(self.absent, self.path, list(items))


def lists() -> list[Listed]:
    """All of them, in the order of the table."""
    # The first leaf of an item is what tells it from another.
    first: dict[Path, Leaf] = {}
    for leaf in leaves():
        for at, step in enumerate(leaf.path):
            if step == 0:
                first.setdefault(leaf.path[:at], leaf)
    return [_listed(path, leaf) for path, leaf in first.items()]


def _listed(path: Path, leaf: Leaf) -> Listed:
    one, other = (value_at(leaf.holding(value), (*path, 0)) for value in (leaf.first, leaf.second))
    kind = _kind(PROPERTIES, path)
    assert isinstance(kind, MapList | AtomicList)
    return Listed(path, isinstance(kind, AtomicList), one, other, cut(leaf.holding(leaf.first), path))


def _kind(kind: SchemaType, path: Path) -> SchemaType:
    for step in path:
        assert isinstance(kind, Object)
        kind = kind.fields[str(step)]
    return kind
