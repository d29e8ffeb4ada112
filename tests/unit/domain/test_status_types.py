"""The types of a status are those of the CRDs: the same fields, of the same types, each written by somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from poolkeeper.domain.enums import Adoption, Mode
from poolkeeper.domain.status_types import MOST_ETAG, MOST_PATHS, AccountStatus, PoolStatus, chosen, without
from tests.crds.documents import schema

SCALARS = {str: "string", int: "integer", bool: "boolean"}
STATUS: PoolStatus = {"eTag": "0x1", "adopted": True, "drift": []}


def described(type_: Any) -> Any:
    """A type as a CRD would have it: names of types, mappings of fields, lists of one."""
    if is_typeddict(type_):
        return {name: described(hint) for name, hint in get_type_hints(type_).items()}
    if get_origin(type_) is list:
        return [described(*get_args(type_))]
    if get_origin(type_) is dict:
        return {"*": described(get_args(type_)[1])}
    literals = get_args(type_)
    return SCALARS[type(literals[0]) if literals else type_]


def as_written(schema: Mapping[str, Any]) -> Any:
    """A schema, likewise."""
    match schema["type"]:
        case "object" if "properties" in schema:
            return {name: as_written(field) for name, field in schema["properties"].items()}
        case "object":
            return {"*": as_written(schema["additionalProperties"])}
        case "array":
            return [as_written(schema["items"])]
        case scalar:
            return scalar


@pytest.mark.parametrize(("plural", "type_"), [("batchpools", PoolStatus), ("batchaccounts", AccountStatus)])
def test_a_status_has_the_fields_of_its_crd(plural: str, type_: type) -> None:
    assert described(type_) == as_written(schema(plural)["properties"]["status"])


@pytest.mark.parametrize(("field", "type_"), [("mode", Mode), ("adoption", Adoption)])
def test_the_words_of_a_manifest_are_those_of_the_crd(field: str, type_: type[Mode | Adoption]) -> None:
    assert [*type_] == schema("batchpools")["properties"]["spec"]["properties"][field]["enum"]


def test_bounds_are_those_of_the_crd() -> None:
    fields = schema("batchpools")["properties"]["status"]["properties"]
    assert {fields["eTag"]["maxLength"], fields["lastWrite"]["properties"]["eTag"]["maxLength"]} == {MOST_ETAG}
    lists = (fields["drift"], fields["lastDrift"]["properties"]["paths"])
    assert {one["maxItems"] for one in lists} == {MOST_PATHS}


def test_fields_are_chosen_by_name() -> None:
    assert chosen(STATUS, "eTag", "plan") == {"eTag": "0x1"}
    assert without(STATUS, "eTag", "plan") == {"adopted": True, "drift": []}
