"""Names, types, necessity and enums of `spec.properties` against a client that somebody else wrote.

azure-batch 15.0.0b2 speaks the same api-version, and its models are generated from Microsoft's own description.
"""

from __future__ import annotations

import typing
from enum import Enum
from types import NoneType
from typing import Any

import pytest
from azure.batch import models
from azure.batch._model_base import Model

from poolkeeper.domain.secret_refs import ENDING
from tests.crds.documents import schema

REQUIRED_HERE = {
    "BatchNodeIdentityReference": {"resourceId"},  # an identity reference that names none says nothing
    "ContainerHostBatchBindMountEntry": {"source"},  # nor does a mount of nothing
}
OPTIONAL_HERE = {
    # The operator sends empty lists for what the manifest leaves out; the API has no other way to leave them out.
    "BatchPoolReplaceContent": {"applicationPackageReferences", "certificateReferences", "metadata"},
}
PLAIN = {str: "string", int: "integer", bool: "boolean"}


class Pair(typing.NamedTuple):
    """A model of the SDK and the object of the schema that stands for it."""

    model: Any
    field: dict[str, Any]
    path: str

    @property
    def hints(self) -> dict[str, Any]:
        """The model's types by wire name."""
        self.model.__new__(self.model)  # fills the table of wire names on first use
        types = typing.get_type_hints(self.model, localns={"_models": models})
        return {rest._rest_name: types[name] for name, rest in self.model._attr_to_rest_field.items()}


def pairs(pair: Pair) -> typing.Iterator[Pair]:
    """Yield a pair and all that are nested in it."""
    yield pair
    for name, hint in pair.hints.items():
        (kind,), field = _kinds(hint), pair.field["properties"].get(name, {})
        if issubclass(kind, Model):
            yield from pairs(Pair(kind, field.get("items", field), f"{pair.path}.{name}"))


def _kinds(hint: Any) -> tuple[Any, ...]:
    """Strip Optional, list and the `str` that the SDK allows beside each enum."""
    if typing.get_origin(hint) is list:
        return _kinds(typing.get_args(hint)[0])
    if typing.get_origin(hint) is typing.Union:
        parts = [part for part in typing.get_args(hint) if part is not NoneType]
        return _kinds(parts[-1])
    return (hint,)


TOP = Pair(
    models.BatchPoolReplaceContent,
    schema("batchpools")["properties"]["spec"]["properties"]["properties"],
    "properties",
)
EVERY = list(pairs(TOP))
PAIRS = [pytest.param(pair, id=pair.path) for pair in EVERY]


@pytest.mark.parametrize("pair", PAIRS)
def test_an_object_has_the_fields_of_the_api_and_no_others(pair: Pair) -> None:
    # What takes a value from a Secret is ours, and is never sent under that name.
    from_secrets = {name for name in pair.field["properties"] if name.removesuffix(ENDING) in set(pair.hints) - {name}}
    assert set(pair.field["properties"]) - from_secrets == set(pair.hints)


@pytest.mark.parametrize("pair", PAIRS)
def test_what_the_api_requires_is_required(pair: Pair) -> None:
    optional = {name for name, hint in pair.hints.items() if NoneType in typing.get_args(hint)}
    name = pair.model.__name__
    wanted = (set(pair.hints) - optional | REQUIRED_HERE.get(name, set())) - OPTIONAL_HERE.get(name, set())
    assert set(pair.field.get("required", [])) == wanted


@pytest.mark.parametrize("pair", PAIRS)
def test_values_have_the_types_of_the_api(pair: Pair) -> None:
    for name, hint in pair.hints.items():
        field = pair.field["properties"][name]
        (kind,) = _kinds(hint)
        is_list = any(typing.get_origin(part) is list for part in (hint, *typing.get_args(hint)))
        assert (field["type"] == "array") is is_list, name
        one = field["items"] if is_list else field
        assert one["type"] == PLAIN.get(kind, "string" if issubclass(kind, Enum) else "object"), name
        if issubclass(kind, Enum):
            wire = {str(member.value) for member in kind}
            assert wire <= set(one["enum"]), f"{name} takes every value as the wire spells it"
            folded = {value.casefold() for value in wire}
            assert {value.casefold() for value in one["enum"]} == folded, f"{name} differs in case at most"
        else:
            assert "enum" not in one or name == "thumbprintAlgorithm", name


def test_every_type_of_the_update_call_was_compared() -> None:
    assert len({pair.model for pair in EVERY}) == 13
