"""What a write would take away that the manifest does not speak of.

Removing is losing a thing: a start task, its container, an item of a list, a communication mode that somebody chose.
Changing a value, within a thing or of a package's version, is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from poolkeeper.domain.diff.drift import Difference
from poolkeeper.domain.schema.lists import AtomicList, MapList
from poolkeeper.domain.schema.pointers import UNKNOWN, kinds_along, value_at
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, String

_MODE = "/targetNodeCommunicationMode"
_PACKAGES = "/applicationPackageReferences/"
_FILES = "/startTask/resourceFiles/"
_IDENTITY = ("filePath", "httpUrl", "storageContainerUrl", "autoStorageContainerName")


def removals(
    differences: Iterable[Difference], properties: Mapping[str, Any], *, live: Mapping[str, Any] | None = None
) -> tuple[Difference, ...]:
    """Those of the differences that remove something which the manifest's `properties` do not name.

    With the `live` form, resource files are told apart by what they are, and not by where they stand.
    """
    differences = tuple(differences)
    added = [_application(one.path) for one in differences if one.op == "add" and one.path.startswith(_PACKAGES)]
    files = _LostFiles(differences, properties, live)
    found = []
    for one in differences:
        if one.path == _MODE:
            if properties.get("targetNodeCommunicationMode") is None:
                found.append(one)
        elif one.path.startswith(_FILES) and files.is_about_a_file(one):
            if files.is_lost(one):
                found.append(one)
        elif one.op == "remove" and is_thing(one.path):
            if one.path.startswith(_PACKAGES) and _application(one.path) in added:
                # Another version of the same application takes its place.
                added.remove(_application(one.path))
            else:
                found.append(one)
    return tuple(found)


class _LostFiles:
    """Resource files whose place another takes. Their list is compared by position, and they are things by identity."""

    def __init__(
        self, differences: Iterable[Difference], properties: Mapping[str, Any], live: Mapping[str, Any] | None
    ) -> None:
        task = properties.get("startTask")
        wanted = task.get("resourceFiles") if isinstance(task, Mapping) else None
        self._wanted = {_file(one) for one in wanted or () if isinstance(one, Mapping)}
        self._live = value_at(live or {}, _FILES.rstrip("/"))
        self._replaced: dict[str, set[str]] = {}
        for one in differences:
            at, _, name = one.path.removeprefix(_FILES).partition("/")
            if one.path.startswith(_FILES) and name in _IDENTITY:
                self._replaced.setdefault(at, set()).add(name)

    def is_about_a_file(self, one: Difference) -> bool:
        """Whether it takes a file away, or gives its place to another."""
        at, _, name = one.path.removeprefix(_FILES).partition("/")
        if not name:
            return one.op == "remove"
        # Told once, at the first of its fields.
        return name in _IDENTITY and name == min(self._replaced[at])

    def is_lost(self, one: Difference) -> bool:
        """Whether the manifest has it nowhere."""
        at, _, name = one.path.removeprefix(_FILES).partition("/")
        if isinstance(self._live, Mapping) and isinstance(self._live.get(at), Mapping):
            return _file(self._live[at]) not in self._wanted
        # Without the live pool: another name and another source is another file.
        return not name or len(self._replaced[at]) > 1


def _file(given: Mapping[str, Any]) -> tuple[str, ...]:
    """What a file is known by: its path on the node, or else where it comes from, without a signature."""
    path = given.get("filePath")
    if isinstance(path, str) and path:
        return "filePath", path
    return tuple(str(given.get(name) or "").partition("?")[0] for name in _IDENTITY[1:])


def is_thing(path: str) -> bool:
    """Whether a thing stands there, and not a value in one; unknown places are things."""
    kinds = kinds_along(PROPERTIES, path)
    if kinds is None or kinds[-1] is UNKNOWN:
        return True
    holder, kind = kinds[-2], kinds[-1]
    whole = isinstance(kind, MapList | AtomicList) or (isinstance(kind, Object | String) and kind.removable)
    return whole or isinstance(holder, MapList | AtomicList)


def _application(path: str) -> str:
    return path.removeprefix(_PACKAGES).partition("@")[0]
