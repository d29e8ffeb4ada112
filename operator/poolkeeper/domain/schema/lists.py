"""The kinds of value that are lists: of named things, of things in order, of enum values.

In the canonical form each is a map, so that a path keeps naming one thing whatever its place in the list.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from poolkeeper.domain.failures import InvalidSpec
from poolkeeper.domain.schema.types import ABSENT, Absent, Canonical, Enum, Json, Object, SchemaType, mismatch

_PAIR = 2
"""Fields of an item that is a name and a text."""


@dataclass(frozen=True, slots=True)
class MapList:
    """A list of named things, whose order means nothing: a map by name in the canonical form.

    A name that stands twice gets a number (`owner`, `owner#2`): two live items of one name are then a difference
    from one desired item, not a crash.
    """

    item: Object
    key: tuple[str, ...]
    value: str | None = None
    """The one field that is the whole value (metadata), or None for the rest of the item as a map."""
    absent: Canonical | Absent = ABSENT
    empty: Canonical | Absent = field(default=ABSENT)
    _text: str | None = field(init=False, repr=False, compare=False)
    """The field beside the name, where an item is a pair of texts that are their own canonical form; or None."""

    def __post_init__(self) -> None:
        others = [name for name in self.item.fields if name not in self.key]
        is_pair = self.item.is_plain and len(self.key) == len(others) == 1
        object.__setattr__(self, "_text", others[0] if is_pair else None)

    def canonical(self, value: Json) -> Canonical | Absent:
        if not isinstance(value, list):
            return mismatch(value)
        out: dict[str, Any] = {}
        twice: dict[str, list[Any]] = {}
        key, text, is_bare = self.key[0], self._text, self.value is not None
        for given in value:
            # Most items of a large pool are whole pairs (tests/bench): here they cost a third of what the calls for any
            # other item do. An empty text goes the other way, since it means what leaving it out means.
            if (
                text is not None
                and type(given) is dict
                and len(given) == _PAIR
                and type(name := given.get(key)) is str
                and type(rest := given.get(text)) is str
                and rest
            ):
                rest = rest if is_bare else {text: rest}
            else:
                name, rest = self._split(given)
            if name in out:
                twice.setdefault(name, [out[name]]).append(rest)
            out[name] = rest
        for name, found in twice.items():
            ordered = sorted(found, key=lambda form: json.dumps(form, sort_keys=True))
            out[name] = ordered[0]
            number = 1
            for form in ordered[1:]:
                # An item may really be called so: it is not written over.
                number = next(free for free in count(number + 1) if f"{name}#{free}" not in out)
                out[f"{name}#{number}"] = form
        return out or self.empty

    def name_of(self, given: Json) -> str:
        """The name of one item, as it stands in paths."""
        return self._split(given)[0]

    def _split(self, given: Json) -> tuple[str, Any]:
        form = self.item.canonical(given)
        if type(form) is not dict:
            # The name becomes part of a path, which bears no value.
            return "unexpected", mismatch(given)
        key = self.key
        name = form.pop(key[0], "") if len(key) == 1 else "@".join([str(form.pop(one)) for one in key if one in form])
        if self.value is None:
            return name, form
        # With a field that nobody knows beside it, the value is not all there is.
        return name, form.get(self.value, "") if form.keys() <= {self.value} else mismatch(form)

    def wire(self, value: Json, path: str) -> Json:
        return _wire_items(value, self.item, path)


@dataclass(frozen=True, slots=True)
class AtomicList:
    """A list whose order counts: a map by position, so that a path keeps naming the same place."""

    item: Object
    absent: Canonical | Absent = ABSENT

    def canonical(self, value: Json) -> Canonical | Absent:
        if not isinstance(value, list):
            return mismatch(value)
        return {str(at): self.item.canonical(given) for at, given in enumerate(value)} or self.absent

    def wire(self, value: Json, path: str) -> Json:
        return _wire_items(value, self.item, path)


@dataclass(frozen=True, slots=True)
class SetList:
    """A set of enum values; an empty one means what leaving it out means."""

    choice: Enum
    absent: Canonical | Absent

    def canonical(self, value: Json) -> Canonical | Absent:
        if not isinstance(value, list):
            return mismatch(value)
        return {str(self.choice.canonical(given)): True for given in value} or self.absent

    def wire(self, value: Json, path: str) -> Json:
        return _wire_items(value, self.choice, path)


def _wire_items(value: Json, item: SchemaType, path: str) -> list[Json]:
    if not isinstance(value, list):
        raise InvalidSpec(path, "must be a list")
    return [item.wire(given, f"{path}[{at}]") for at, given in enumerate(value)]
