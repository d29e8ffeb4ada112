"""What a write would take away that the manifest does not speak of.

Removing is losing a thing: a start task, its container, an item of a list, a communication mode that somebody chose.
Changing a value, within a thing or of a package's version, is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from poolkeeper.domain.drift import Difference
from poolkeeper.domain.kinds import Record
from poolkeeper.domain.lists import Named, Ordered
from poolkeeper.domain.pointers import kinds_along
from poolkeeper.domain.properties import PROPERTIES

_MODE = "/targetNodeCommunicationMode"
_PACKAGES = "/applicationPackageReferences/"


def removals(differences: Iterable[Difference], properties: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Those of the differences that remove something which the manifest's `properties` do not name."""
    differences = tuple(differences)
    added = [_application(one.path) for one in differences if one.op == "add" and one.path.startswith(_PACKAGES)]
    found = []
    for one in differences:
        if one.path == _MODE:
            if properties.get("targetNodeCommunicationMode") is None:
                found.append(one)
        elif one.op == "remove" and is_thing(one.path):
            if one.path.startswith(_PACKAGES) and _application(one.path) in added:
                # Another version of the same application takes its place.
                added.remove(_application(one.path))
            else:
                found.append(one)
    return tuple(found)


def is_thing(path: str) -> bool:
    """Whether a thing stands there, and not a value in one; unknown places are things."""
    kinds = kinds_along(PROPERTIES, path)
    if kinds is None:
        return True
    holder, kind = kinds[-2], kinds[-1]
    whole = isinstance(kind, Named | Ordered) or (isinstance(kind, Record) and kind.whole)
    return whole or isinstance(holder, Named | Ordered)


def _application(path: str) -> str:
    return path.removeprefix(_PACKAGES).partition("@")[0]
