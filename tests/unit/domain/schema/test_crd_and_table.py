"""The custom resource's schema and the table of properties are one thing, told twice: checked in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Boolean, Enum, Integer, Object, SchemaType, String
from poolkeeper.domain.secret_refs import ENDING
from tests.crds.documents import schema

Schema = dict[str, Any]
SPEC_PROPERTIES: Schema = schema("batchpools")["properties"]["spec"]["properties"]["properties"]

PLAIN = {String: "string", Enum: "string", Integer: "integer", Boolean: "boolean", Object: "object"}
NOT_A_MAP = {
    "applicationPackageReferences": "the key of a map must be required, and a version is not",
    "certificateReferences": "one certificate may be installed into two stores",
}


class Place(NamedTuple):
    """A kind of the table and the schema that stands for it."""

    path: str
    kind: SchemaType
    schema: Schema


def places(place: Place) -> Iterator[Place]:
    """The place and all that is nested in it, as far as both sides know it."""
    yield place
    match place.kind:
        case Object(fields=fields):
            for name, inner in fields.items():
                if name in place.schema.get("properties", {}):
                    yield from places(Place(f"{place.path}.{name}", inner, place.schema["properties"][name]))
        case MapList(item=item) | AtomicList(item=item):
            yield from places(Place(f"{place.path}[]", item, place.schema["items"]))
        case SetList(choice=choice):
            yield from places(Place(f"{place.path}[]", choice, place.schema["items"]))
        case _:
            pass


EVERY = list(places(Place("properties", PROPERTIES, SPEC_PROPERTIES)))


def of(*kinds: type) -> list[Any]:
    """The places of some kinds, as parameters."""
    return [pytest.param(place, id=place.path) for place in EVERY if isinstance(place.kind, kinds)]


def from_secrets(record: Object) -> set[str]:
    """The fields that the table lets a manifest take from a Secret, as the manifest then names them."""
    return {f"{name}{ENDING}" for name, kind in record.fields.items() if isinstance(kind, String) and kind.secret}


REFERENCES = {
    f"{place.path}.{name}": place.schema["properties"].get(name)
    for place in EVERY
    if isinstance(place.kind, Object)
    for name in sorted(from_secrets(place.kind))
}


@pytest.mark.parametrize("place", of(Object))
def test_an_object_has_the_same_fields_on_both_sides(place: Place) -> None:
    assert isinstance(place.kind, Object)
    assert set(place.kind.fields) | from_secrets(place.kind) == set(place.schema["properties"])


def test_four_values_may_come_from_a_secret() -> None:
    assert set(REFERENCES) == {
        "properties.startTask.containerSettings.registry.passwordFrom",
        "properties.startTask.environmentSettings[].valueFrom",
        "properties.startTask.resourceFiles[].httpUrlFrom",
        "properties.startTask.resourceFiles[].storageContainerUrlFrom",
    }


@pytest.mark.parametrize("path", REFERENCES)
def test_a_reference_has_the_shape_that_kubernetes_gives_it(path: str) -> None:
    shape = REFERENCES[path]
    assert shape is not None
    assert set(shape["properties"]) == {"secretKeyRef"} == set(shape["required"])
    inner = shape["properties"]["secretKeyRef"]
    assert set(inner["properties"]) == {"name", "key"} == set(inner["required"])
    assert [one["type"] for one in (shape, inner, *inner["properties"].values())] == ["object"] * 2 + ["string"] * 2


@pytest.mark.parametrize("part", ["name", "key"])
def test_references_are_alike(part: str) -> None:
    found = [shape["properties"]["secretKeyRef"]["properties"][part] for shape in REFERENCES.values() if shape]
    assert [one for one in found if one != found[0]] == []


def test_as_many_secrets_can_be_noted_as_a_manifest_can_name() -> None:
    versions = schema("batchpools")["properties"]["status"]["properties"]["secretVersions"]
    lists = [
        place.schema["maxItems"] for place in EVERY if place.path.endswith(("environmentSettings", "resourceFiles"))
    ]
    password = 1
    assert versions["maxProperties"] == sum(lists) + password


@pytest.mark.parametrize("place", of(Object))
def test_an_object_requires_the_same_fields_on_both_sides(place: Place) -> None:
    assert isinstance(place.kind, Object)
    assert set(place.kind.required) == set(place.schema.get("required", ()))


@pytest.mark.parametrize("place", of(*PLAIN))
def test_a_value_has_the_same_type_on_both_sides(place: Place) -> None:
    assert place.schema["type"] == PLAIN[type(place.kind)]


@pytest.mark.parametrize("place", of(Enum))
def test_whatever_the_schema_lets_in_is_sent_in_the_spelling_of_the_api(place: Place) -> None:
    assert isinstance(place.kind, Enum)
    assert {place.kind.wire(value, place.path) for value in place.schema["enum"]} == set(place.kind.values)


@pytest.mark.parametrize("place", of(Enum))
def test_the_spelling_of_the_api_is_let_in_by_the_schema(place: Place) -> None:
    assert isinstance(place.kind, Enum)
    assert set(place.kind.values) <= set(place.schema["enum"])


@pytest.mark.parametrize("place", of(Enum))
def test_an_empty_enum_of_a_live_pool_is_one_left_out(place: Place) -> None:
    assert place.kind.canonical("") == place.kind.absent


@pytest.mark.parametrize("place", of(String))
def test_a_text_with_an_enum_has_one_meaning(place: Place) -> None:
    # Of more than one meaning it would be a Choice.
    assert len({str(place.kind.canonical(value)) for value in place.schema.get("enum", ["any"])}) == 1


@pytest.mark.parametrize("place", of(Integer))
def test_the_default_of_a_number_is_one_that_the_schema_lets_in(place: Place) -> None:
    assert isinstance(place.kind, Integer)
    assert place.schema["minimum"] <= place.kind.default <= place.schema["maximum"]


@pytest.mark.parametrize("place", of(MapList, AtomicList, SetList))
def test_a_list_is_merged_as_it_is_compared(place: Place) -> None:
    assert place.schema["type"] == "array"
    listed = place.schema["x-kubernetes-list-type"]
    match place.kind:
        case MapList(key=key) if place.path.rpartition(".")[2] not in NOT_A_MAP:
            assert listed == "map"
            assert tuple(place.schema["x-kubernetes-list-map-keys"]) == key
        case SetList():
            assert listed == "set"
        case _:
            assert listed == "atomic"


def test_the_key_of_a_map_is_required_on_both_sides() -> None:
    for place in EVERY:
        if place.schema.get("x-kubernetes-list-type") == "map":
            assert isinstance(place.kind, MapList)
            assert set(place.kind.key) <= set(place.kind.item.required) & set(place.schema["items"]["required"])


def test_defaults_are_the_tables_business() -> None:
    # A default in the schema would be written into every manifest, and would then be sent.
    assert [place.path for place in EVERY if "default" in place.schema] == []


def test_the_walk_reaches_every_place_of_the_schema() -> None:
    def count(node: Schema) -> int:
        # References have a test of their own: the table has no place for them.
        fields = [field for name, field in node.get("properties", {}).items() if not name.endswith(ENDING)]
        return 1 + sum(count(one) for one in [*fields, *([node["items"]] if "items" in node else [])])

    assert len(EVERY) == count(SPEC_PROPERTIES)
