"""Desired states as a manifest may hold them: structure from the table of properties, values from the CRD's schema.

A new field in the table is generated without a line here. What the CRD says in words (exactly one source of a file,
no package twice) stands in two small tables, since it is said in CEL there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Boolean, Enum, Integer, Object, SchemaType, String
from tests.crds.documents import schema

Json = dict[str, Any]
Values = st.SearchStrategy[Any]

SPEC_PROPERTIES: Json = schema("batchpools")["properties"]["spec"]["properties"]["properties"]
MOST_ITEMS = 4

ONE_OF = {
    "resourceFiles": ("autoStorageContainerName", "storageContainerUrl", "httpUrl"),
    "registry": ("username", "identityReference"),
    "userIdentity": ("autoUser", "username"),
}
"""Groups of which exactly one is given."""

_OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])[.][.]([/\\]|$)")


def _file(file: Json) -> Json:
    if "httpUrl" not in file:
        return file
    return {name: value for name, value in file.items() if name != "blobPrefix"} | {
        "filePath": file.get("filePath") or "file"
    }


def _registry(registry: Json) -> Json:
    return registry if "username" in registry else {k: v for k, v in registry.items() if k != "password"}


TIDY: dict[str, Callable[[Json], Json]] = {"resourceFiles": _file, "registry": _registry}
"""What a choice of the group asks of the other fields."""

JSON: Values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
"""Anything that can be sent."""


def values(kind: SchemaType, node: Json, *, name: str = "", odd: bool = False) -> Values:
    """Values of a kind that the schema lets in; with `odd`, at every place also anything else."""
    valid = _valid(kind, node, name=name, odd=odd)
    return valid | JSON if odd else valid


def _valid(kind: SchemaType, node: Json, *, name: str, odd: bool) -> Values:
    match kind:
        case Object():
            return _record(kind, node, name=name, odd=odd)
        case SetList():
            return st.lists(values(kind.choice, node["items"], odd=odd), max_size=3, unique_by=repr)
        case MapList() | AtomicList():
            items = values(kind.item, node["items"], name=name, odd=odd)
            return st.lists(items, max_size=MOST_ITEMS, unique_by=None if odd else _unique(kind, node, name))
        case _:
            return _leaf(kind, node, name)


def _leaf(kind: SchemaType, node: Json, name: str) -> Values:
    match kind:
        case String():
            return _text(node, name)
        case Enum():
            return st.sampled_from(node["enum"])
        case Integer():
            return st.integers(node["minimum"], node["maximum"]) | st.sampled_from([kind.default, 1])
        case Boolean():
            return st.booleans()
        case _:
            raise TypeError(f"no strategy for {kind}")


def _text(node: Json, name: str) -> Values:
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "pattern" in node:
        return st.from_regex(node["pattern"], fullmatch=True).filter(lambda text: len(text) <= node["maxLength"])
    text = st.text(st.characters(codec="utf-8"), min_size=node.get("minLength", 0), max_size=12)
    return text.filter(lambda path: not _OUTSIDE.search(path)) if name == "filePath" else text


def _record(kind: Object, node: Json, *, name: str, odd: bool) -> Values:
    fields = {one: values(inner, node["properties"][one], name=one, odd=odd) for one, inner in kind.fields.items()}
    group = ONE_OF.get(name, ())
    required = {one: fields[one] for one in kind.required}
    optional = {one: inner for one, inner in fields.items() if one not in required and (odd or one not in group)}
    record = st.fixed_dictionaries(required, optional=optional)
    if odd or not group:
        return record
    chosen = st.one_of([st.fixed_dictionaries({one: fields[one]}) for one in group])
    return st.tuples(record, chosen).map(lambda both: TIDY.get(name, dict)(both[0] | both[1]))


def _unique(kind: MapList | AtomicList, node: Json, name: str) -> Callable[[Json], Any]:
    if name == "applicationPackageReferences":
        return lambda item: (item["applicationId"].rpartition("/")[2].lower(), item.get("version", ""))
    if isinstance(kind, MapList) and node["x-kubernetes-list-type"] == "map":
        return lambda item: tuple(item[part] for part in kind.key)
    return lambda _item: object()


DESIRED: st.SearchStrategy[Json] = values(PROPERTIES, SPEC_PROPERTIES)
"""Every desired state that the API server lets in, within reason of size."""

ODD: st.SearchStrategy[Json] = _valid(PROPERTIES, SPEC_PROPERTIES, name="", odd=True)
"""Pools as no service should show them."""


@st.composite
def neighbours(draw: st.DrawFn) -> tuple[Json, Json]:
    """Two desired states that have most of their properties in common, as a manifest before and after an edit."""
    one, other = draw(DESIRED), draw(DESIRED)
    taken = draw(st.sets(st.sampled_from(sorted(PROPERTIES.fields)), max_size=2))
    mixed = {name: value for name, value in one.items() if name not in taken}
    return one, mixed | {name: value for name, value in other.items() if name in taken}
