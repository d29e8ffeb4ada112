"""The kinds of value that pool properties are made of.

A kind knows two forms of its value. The *wire* form is what `updateproperties` takes. The *canonical* form is
what the service would treat as equal to it: defaults filled in, enum case folded, a list of named things turned
into a map by that name. Canonical forms hold only dicts and scalars, so that `==` is semantic equality and a
path into one (`/metadata/owner`) names one thing whatever its place in a list.

An absent value and `null` are the same everywhere: no recording of the service shows a JSON null.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from poolkeeper.domain.failures import InvalidSpec

Json = Any
Canonical = dict[str, Any] | str | int | bool


class Absent:
    """The canonical form of what is not there and has no default."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = Absent()


class SchemaType(Protocol):
    """One kind of value."""

    @property
    def absent(self) -> Canonical | Absent:
        """What leaving the value out means."""

    def canonical(self, value: Json) -> Canonical | Absent:
        """The form in which equal values compare equal; never raises, whatever the service sent."""

    def wire(self, value: Json, path: str) -> Json:
        """The form to send; raises InvalidSpec naming `path` for what the API's types do not allow."""


def same(text: str) -> str:
    """Compare as it stands."""
    return text


def mismatch(value: Json) -> str:
    """The form of a value of the wrong type."""
    # A live value of the wrong type must differ from every right one, and must not crash the check:
    # Python's own True == 1 and 1.0 == 1 would hide it. No text of the API's begins with the character in front.
    return f"\0unexpected {json.dumps(value, sort_keys=True, default=str)}"


@dataclass(frozen=True, slots=True)
class String:
    """A string; `shape` maps the spellings that the service takes for one value onto one."""

    shape: Callable[[str], str] = same
    default: str | None = None
    write_only: bool = False
    """True for what the service never shows again (a registry password): it cannot be compared."""
    show: Callable[[str], str] = same
    """How a value may be shown to people: whole, in part, or not at all."""
    removable: bool = False
    """Something that people would miss: who it runs as, how its container is run."""
    secret: bool = False
    """The manifest may name a key of a Secret instead, in a field beside it: `valueFrom` for `value`."""
    one_line: bool = False
    """No line break ends it: one that `echo` or an editor left at the end of a Secret's value is not part of it."""

    @property
    def is_plain(self) -> bool:
        """Whether every text is its own canonical form (an empty one is left out)."""
        return not self.write_only and self.shape is same

    @property
    def absent(self) -> Canonical | Absent:
        return ABSENT if self.default is None or self.write_only else self.default

    def canonical(self, value: Json) -> Canonical | Absent:
        if self.write_only or value == "":
            return self.absent
        if not isinstance(value, str):
            return mismatch(value)
        return self.shape(value)

    def wire(self, value: Json, path: str) -> Json:
        if not isinstance(value, str):
            raise InvalidSpec(path, "must be a string")
        return value


@dataclass(frozen=True, slots=True)
class Enum:
    """An enum; compared without case, because the service answers in another case than it documents."""

    values: tuple[str, ...]
    default: str | None = None

    @property
    def absent(self) -> Canonical | Absent:
        return ABSENT if self.default is None else self.default.casefold()

    def canonical(self, value: Json) -> Canonical | Absent:
        if value == "":
            return self.absent
        return value.casefold() if isinstance(value, str) else mismatch(value)

    def wire(self, value: Json, path: str) -> Json:
        for known in self.values:
            if isinstance(value, str) and value.casefold() == known.casefold():
                return known
        raise InvalidSpec(path, f"must be one of {', '.join(self.values)}")


@dataclass(frozen=True, slots=True)
class Integer:
    """An integer."""

    default: int

    @property
    def absent(self) -> Canonical | Absent:
        return self.default

    def canonical(self, value: Json) -> Canonical | Absent:
        return value if type(value) is int else mismatch(value)

    def wire(self, value: Json, path: str) -> Json:
        if type(value) is not int:
            raise InvalidSpec(path, "must be an integer")
        return value


@dataclass(frozen=True, slots=True)
class Boolean:
    """A boolean."""

    default: bool

    @property
    def absent(self) -> Canonical | Absent:
        return self.default

    def canonical(self, value: Json) -> Canonical | Absent:
        return value if type(value) is bool else mismatch(value)

    def wire(self, value: Json, path: str) -> Json:
        if type(value) is not bool:
            raise InvalidSpec(path, "must be true or false")
        return value


@dataclass(frozen=True, slots=True)
class Object:
    """An object with known fields. A live field that the table does not know is in its form as an odd value.

    A later api-version may have brought it, and a full replace would lose it: it differs, and is asked for.
    """

    fields: Mapping[str, SchemaType]
    required: tuple[str, ...] = ()
    absent: Canonical | Absent = ABSENT
    cross_field: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    """What holds between fields (an auto user is filled in only where no user is named)."""
    incomplete: Callable[[Mapping[str, Any]], bool] | None = None
    """Whether a live value may have a part that the service does not show."""
    removable: bool = False
    """Something that people would miss as a whole: its going is a removal, not a change of what holds it."""
    closed: bool = True
    """False for the pool itself: most of its members are not ours."""
    _left_out: dict[str, Any] = field(init=False, repr=False, compare=False)
    _form_of: dict[str, Callable[[Json], Canonical | Absent]] = field(init=False, repr=False, compare=False)
    _as_given: frozenset[str] = field(init=False, repr=False, compare=False)
    """The fields whose texts are their own canonical form."""

    def __post_init__(self) -> None:
        meant = {name: kind.absent for name, kind in self.fields.items()}
        left_out = {name: form for name, form in meant.items() if form is not ABSENT}
        object.__setattr__(self, "_left_out", left_out)
        plain = {name for name, kind in self.fields.items() if isinstance(kind, String) and kind.is_plain}
        object.__setattr__(self, "_form_of", {name: kind.canonical for name, kind in self.fields.items()})
        object.__setattr__(self, "_as_given", frozenset(plain))

    @property
    def is_plain(self) -> bool:
        """Whether every field is a text that is its own canonical form."""
        return self.cross_field is None and self._as_given == self.fields.keys()

    def canonical(self, value: Json) -> Canonical | Absent:
        # Of a live pool with hundreds of items, this is most of what a look costs (tests/bench): only what is given
        # is walked through, texts that stay as they are without a call, and types are asked for exactly first.
        if type(value) is not dict and not isinstance(value, Mapping):
            return mismatch(value)
        out, form_of, as_given = self._left_out.copy(), self._form_of, self._as_given
        for name, given in value.items():
            if type(given) is str and name in as_given:
                if given:
                    out[name] = given
            elif given is not None and name in form_of:
                form = form_of[name](given)
                if form is ABSENT:
                    out.pop(name, None)
                else:
                    out[name] = form
            elif given is not None and self.closed and name not in form_of:
                out[name] = mismatch(given)
        if self.cross_field is not None:
            out = self.cross_field(out)
        return out or self.absent

    def wire(self, value: Json, path: str) -> Json:
        if not isinstance(value, Mapping):
            raise InvalidSpec(path, "must be an object")
        given = {name: item for name, item in value.items() if item is not None}
        for name in given:
            if name not in self.fields:
                raise InvalidSpec(f"{path}.{name}", "is not a property of the Batch API")
        for name in self.required:
            if name not in given:
                raise InvalidSpec(f"{path}.{name}", "is required")
        return {name: self.fields[name].wire(item, f"{path}.{name}") for name, item in given.items()}
