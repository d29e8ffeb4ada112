"""What is left as it is live: carried into the body, so that replacing everything does not replace it.

Pointers are those of the canonical form (`/metadata/owner`, `/startTask/environmentSettings/MODE`, `/startTask`). They
are followed here in the wire form, and what they name goes over untouched, fields that we do not know included. Where
the live pool lacks even what would hold the place, the manifest's own value stands: there is nothing to be kept.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from poolkeeper.domain.failures import CannotBeKept, InvalidSpec
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.pointers import MISSING, UNKNOWN, kinds_along, parts_of, pointer_of, value_at
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Enum, Object, SchemaType, String

Json = Any

_POSITION = re.compile(r"0|[1-9][0-9]{0,3}")
"""In a list of at most 1000; `00` names no place of a canonical form."""

_ONE_OF = (
    ("autoUser", "username"),
    ("autoStorageContainerName", "storageContainerUrl", "httpUrl"),
)
"""UserIdentity and ResourceFile: exactly one is given, on the API's pages. A registry's user name is never carried."""


def check_pointers(pointers: Sequence[str], live: Mapping[str, Any] | None = None) -> None:
    """Raise InvalidSpec for a pointer that no pool can have anything at, or that cannot be kept alone.

    A member that the table does not know is one that a later api-version has brought, if the `live` form has it, and
    a mistake otherwise.
    """
    for at, pointer in enumerate(pointers):
        kinds = kinds_along(PROPERTIES, pointer) if pointer.startswith("/") else None
        if kinds is not None and kinds[-1] is UNKNOWN and value_at(live or {}, pointer) is MISSING:
            kinds = None
        why = "at which no pool can have anything" if kinds is None else _useless(kinds, parts_of(pointer))
        if why is not None:
            raise InvalidSpec(f"spec.ignore[{at}]", f"is {pointer!r}, {why}")


def _useless(kinds: Sequence[SchemaType], parts: Sequence[str]) -> str | None:
    for holder, part, inner in zip(kinds, parts, [*parts[1:], ""], strict=False):
        if isinstance(holder, MapList) and inner in holder.key:
            return "which is the name of the item and not a part of it"
        if isinstance(holder, AtomicList) and not _POSITION.fullmatch(part):
            return "at which no pool can have anything"
    if isinstance(kinds[-2], SetList):
        return "a member of a set, which can only be kept as a whole"
    if isinstance(kinds[-1], String) and kinds[-1].write_only:
        return "which the service never shows and nobody can keep"
    return None


def carry(body: Mapping[str, Json], live: Mapping[str, Json], pointers: Sequence[str]) -> dict[str, Json]:
    """The body with what is live at each pointer, which `check_pointers` has passed.

    Raises CannotBeKept where that is not known whole, or does not go together with what the manifest says.
    """
    if not pointers:
        return dict(body)
    carrying = _Carrying()
    carried: dict[str, Json] = copy.deepcopy(dict(body))
    form = canonical(live)
    places = _outermost([_place(pointer, form) for pointer in pointers])
    there = [place for place in places if _has(PROPERTIES, live, place)]
    # Positions fill a list from its begin and leave it from its end.
    for place in there + [place for place in reversed(places) if place not in there]:
        carrying.carry(PROPERTIES, carried, live, parts=place, pointer=pointer_of(place))
    carrying.check()
    _check_kept(canonical(carried), form, [pointer_of(place) for place in places])
    return carried


def _place(pointer: str, form: Mapping[str, Json]) -> list[str]:
    """The parts of a pointer, names spelled as in canonical forms: `AB12` of a thumbprint is `ab12`."""
    parts = parts_of(pointer)
    if value_at(form, pointer) is not MISSING:
        return parts
    for at, kind in enumerate((kinds_along(PROPERTIES, pointer) or [])[:-1]):
        if isinstance(kind, MapList):
            words = parts[at].split("@", len(kind.key) - 1)
            fields = [kind.item.fields[name] for name in kind.key]
            parts[at] = "@".join(
                str(field.canonical(word)) if isinstance(field, String | Enum) and word else word
                for field, word in zip(fields, words, strict=False)
            )
    return parts


def _outermost(places: list[list[str]]) -> list[list[str]]:
    """In order, without those that lie in another."""
    found: list[list[str]] = []
    for place in sorted(places, key=lambda parts: [part.zfill(4) if part.isdigit() else part for part in parts]):
        if not any(place[: len(outer)] == outer for outer in found):
            found.append(place)
    return found


def _check_kept(body: Mapping[str, Json], live: Mapping[str, Json], pointers: Sequence[str]) -> None:
    # Whatever the rules below have not thought of (two live items of one name, a user name that makes the automatic
    # user disappear) must not be written.
    for pointer in pointers:
        value = value_at(live, pointer)
        if value is not MISSING and value_at(body, pointer) != value:
            raise CannotBeKept(f"spec.ignore: what is live at {pointer} does not go together with the manifest")


_NOT_SHOWN = (
    "spec.ignore: what is live at {} cannot be kept, because the service does not show all of it "
    "(a registry's password), and a write without it would lose it"
)


class _Carrying:
    """One run over the pointers; it remembers the records whose single fields it changed."""

    def __init__(self) -> None:
        self._touched: list[tuple[Object, Mapping[str, Json], str]] = []

    def check(self) -> None:
        """Raise CannotBeKept where live and desired fields together are no record of the API any more."""
        for kind, record, pointer in self._touched:
            for group in _ONE_OF:
                if set(group) <= set(kind.fields) and sum(record.get(name) is not None for name in group) != 1:
                    raise CannotBeKept(
                        f"spec.ignore: what is live at {pointer} does not go together with the manifest, "
                        f"which must leave exactly one of {', '.join(group)}"
                    )

    def carry(self, kind: SchemaType, into: Json, live: Json, *, parts: list[str], pointer: str) -> None:
        """Make `into`, a desired value of this kind, be as `live` where the parts lead."""
        match kind:
            case Object():
                self._field(kind, into, live, parts=parts, pointer=pointer)
            case MapList():
                self._named(kind, into, live if isinstance(live, list) else [], parts=parts, pointer=pointer)
            case AtomicList():
                self._ordered(kind, into, live if isinstance(live, list) else [], parts=parts, pointer=pointer)

    def _field(self, kind: Object, into: dict[str, Json], live: Json, *, parts: list[str], pointer: str) -> None:
        name, *rest = parts
        if not isinstance(live, Mapping):
            # Nothing is there that could be kept; what the manifest says is made.
            return
        if kind.incomplete is not None and (kind.incomplete(live) or kind.incomplete(into)):
            # A password goes with a name and a server: one from the manifest must not go to a server from elsewhere.
            raise CannotBeKept(_NOT_SHOWN.format(pointer))
        inner, there = kind.fields.get(name, UNKNOWN), live.get(name)
        if not rest:
            if there is not None:
                into[name] = _whole(inner, there, pointer)
            elif name not in kind.required:
                into.pop(name, None)
            self._touched.append((kind, into, pointer))
        elif into.get(name) is not None:
            self.carry(inner, into[name], there, parts=rest, pointer=pointer)
        elif isinstance(inner, MapList | AtomicList):
            made: list[Json] = []
            self.carry(inner, made, there, parts=rest, pointer=pointer)
            into |= {name: made} if made else {}
        elif _has(inner, there, rest):
            raise CannotBeKept(f"spec.ignore: the manifest has nothing that could hold what is live at {pointer}")

    def _named(self, kind: MapList, into: list[Json], live: list[Json], *, parts: list[str], pointer: str) -> None:
        name, *rest = parts
        there = [one for one in live if kind.name_of(one) == name]
        wanted = [one for one in into if kind.name_of(one) == name]
        if rest and (not there or len(there) == len(wanted) == 1):
            for one, shown in zip(wanted, there, strict=False):
                self.carry(kind.item, one, shown, parts=rest, pointer=pointer)
            return
        # A part of an item that the manifest lacks: the item goes over as it is live.
        into[:] = [one for one in into if kind.name_of(one) != name]
        into.extend(_whole(kind.item, one, pointer) for one in there)

    def _ordered(self, kind: AtomicList, into: list[Json], live: list[Json], *, parts: list[str], pointer: str) -> None:
        at, rest = int(parts[0]), parts[1:]
        if at < len(live) and at > len(into):
            raise CannotBeKept(f"spec.ignore: the manifest has nothing that could stand before {pointer}")
        if rest and at < len(into):
            self.carry(kind.item, into[at], live[at] if at < len(live) else None, parts=rest, pointer=pointer)
        elif at < len(live):
            into[at : at + 1] = [_whole(kind.item, live[at], pointer)]
        elif at < len(into) - 1:
            raise CannotBeKept(f"spec.ignore: nothing is live at {pointer}, after which the manifest has more")
        elif at < len(into):
            del into[at]


def _has(kind: SchemaType, live: Json, parts: Sequence[str]) -> bool:
    if live is None or not parts:
        return live is not None
    name, *rest = parts
    match kind:
        case Object(fields=fields) if isinstance(live, Mapping):
            return _has(fields.get(name, UNKNOWN), live.get(name), rest)
        case MapList(item=item, value=None) if isinstance(live, list):
            return any(kind.name_of(one) == name and _has(item, one, rest) for one in live)
        case MapList() if isinstance(live, list):
            return any(kind.name_of(one) == name for one in live)
        case AtomicList(item=item) if isinstance(live, list):
            return int(name) < len(live) and _has(item, live[int(name)], rest)
        case _:
            return False


def _whole(kind: SchemaType, live: Json, pointer: str) -> Json:
    if _lacks(kind, live):
        raise CannotBeKept(_NOT_SHOWN.format(pointer))
    return copy.deepcopy(live)


def _lacks(kind: SchemaType, live: Json) -> bool:
    match kind:
        case Object(fields=fields, incomplete=incomplete) if isinstance(live, Mapping):
            inside = any(_lacks(fields[name], one) for name, one in live.items() if name in fields)
            return inside or (incomplete is not None and incomplete(live))
        case MapList(item=item) | AtomicList(item=item) if isinstance(live, list):
            return any(_lacks(item, one) for one in live)
        case _:
            return False
