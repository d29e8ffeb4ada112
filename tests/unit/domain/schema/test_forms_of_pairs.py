"""Items of a name and a text have a short way to their form; whatever it does not fit goes the long one, unnoticed."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.schema.lists import MapList
from poolkeeper.domain.schema.types import Boolean, Enum, Object, String, mismatch
from tests.unit.domain.wire import environment


class Row(NamedTuple):
    """One list of pairs: its form as metadata, where the text is the whole value, and as environment settings."""

    reason: str
    items: list[Any]
    metadata: dict[str, Any]
    settings: dict[str, Any]


def settings(**values: str) -> dict[str, Any]:
    return {name: {"value": value} for name, value in values.items()}


WHOLE = {"name": "a", "value": "1"}
NOTHING = "\0unexpected null"

ROWS = [
    Row("a whole pair", [WHOLE], {"a": "1"}, settings(a="1")),
    Row("the fields in another order", [{"value": "1", "name": "a"}], {"a": "1"}, settings(a="1")),
    Row(
        "a field of a later version, which a full replace would lose",
        [{**WHOLE, "more": 1}],
        {"a": mismatch({"value": "1", "more": mismatch(1)})},
        {"a": {"value": "1", "more": mismatch(1)}},
    ),
    Row("an object that is not a dict", [MappingProxyType(WHOLE)], {"a": "1"}, settings(a="1")),
    Row("no value", [{"name": "a"}], {"a": ""}, settings(a="")),
    Row("an empty value", [{"name": "a", "value": ""}], {"a": ""}, settings(a="")),
    Row("null is no value", [{"name": "a", "value": None}], {"a": ""}, settings(a="")),
    Row("no name", [{"value": "1"}], {"": "1"}, {"": {"value": "1"}}),
    Row("an empty name", [{"name": "", "value": "1"}], {"": "1"}, {"": {"value": "1"}}),
    Row(
        "nothing but empty texts",
        [{"name": "", "value": ""}],
        {"unexpected": '\0unexpected {"name": "", "value": ""}'},
        {"": {"value": ""}},
    ),
    Row("null is no name", [{"name": None, "value": "1"}], {"": "1"}, {"": {"value": "1"}}),
    Row("a number is no value", [{"name": "a", "value": 1}], {"a": "\0unexpected 1"}, settings(a="\0unexpected 1")),
    Row("nor is false", [{"name": "a", "value": False}], {"a": "\0unexpected false"}, settings(a="\0unexpected false")),
    Row("nor a list", [{"name": "a", "value": []}], {"a": "\0unexpected []"}, settings(a="\0unexpected []")),
    Row(
        "a number is no name", [{"name": 1, "value": "1"}], {"\0unexpected 1": "1"}, {"\0unexpected 1": {"value": "1"}}
    ),
    Row(
        "nor is a list",
        [{"name": ["a"], "value": "1"}],
        {'\0unexpected ["a"]': "1"},
        {'\0unexpected ["a"]': {"value": "1"}},
    ),
    Row(
        "null is no item", [None, WHOLE], {"unexpected": NOTHING, "a": "1"}, {"unexpected": NOTHING, **settings(a="1")}
    ),
    Row("nor is a text", ["a"], {"unexpected": '\0unexpected "a"'}, {"unexpected": '\0unexpected "a"'}),
    Row(
        "an item that is not whole stands twice with one that is, behind it",
        [WHOLE, {"name": "a"}],
        {"a": "", "a#2": "1"},
        {"a": {"value": ""}, "a#2": {"value": "1"}},
    ),
    Row(
        "and before it",
        [{"name": "a"}, WHOLE],
        {"a": "", "a#2": "1"},
        {"a": {"value": ""}, "a#2": {"value": "1"}},
    ),
    Row(
        "what is no item bears the name that an item has",
        [None, {"name": "unexpected", "value": "1"}],
        {"unexpected": "1", "unexpected#2": NOTHING},
        {"unexpected": NOTHING, "unexpected#2": {"value": "1"}},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_metadata(row: Row) -> None:
    assert canonical({"metadata": row.items})["metadata"] == row.metadata, row.reason


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_environment_settings(row: Row) -> None:
    assert canonical(environment(*row.items))["startTask"]["environmentSettings"] == row.settings, row.reason


class Kind(NamedTuple):
    """A kind of list whose items are no pairs of plain texts, and its form of `ITEM`."""

    reason: str
    kind: MapList
    form: dict[str, Any]


ITEM = {"name": "A", "value": "B", "more": "C"}


def only_the_name(form: dict[str, Any]) -> dict[str, Any]:
    return {"name": form["name"]}


NO_PAIRS = [
    Kind(
        "the text has a shape",
        MapList(Object({"name": String(), "value": String(str.casefold)}, closed=False), key=("name",)),
        {"A": {"value": "b"}},
    ),
    Kind(
        "the name has a shape",
        MapList(Object({"name": String(str.casefold), "value": String()}, closed=False), key=("name",)),
        {"a": {"value": "B"}},
    ),
    Kind(
        "the service never shows the text",
        MapList(Object({"name": String(), "value": String(write_only=True)}, closed=False), key=("name",)),
        {"A": {}},
    ),
    Kind(
        "the value is an enum",
        MapList(Object({"name": String(), "value": Enum(("B",))}, closed=False), key=("name",)),
        {"A": {"value": "b"}},
    ),
    Kind(
        "the value is a flag",
        MapList(Object({"name": String(), "value": Boolean(default=True)}, closed=False), key=("name",)),
        {"A": {"value": '\0unexpected "B"'}},
    ),
    Kind(
        "something holds between the fields",
        MapList(Object({"name": String(), "value": String()}, cross_field=only_the_name), key=("name",)),
        {"A": {}},
    ),
    Kind(
        "there is a third field",
        MapList(Object({"name": String(), "value": String(), "more": String()}), key=("name",)),
        {"A": {"value": "B", "more": "C"}},
    ),
    Kind(
        "the name is made of two fields",
        MapList(Object({"name": String(), "value": String(), "more": String()}), key=("name", "more")),
        {"A@C": {"value": "B"}},
    ),
    Kind(
        "there is only a name",
        MapList(Object({"name": String()}, closed=False), key=("name",)),
        {"A": {}},
    ),
]


@pytest.mark.parametrize("row", NO_PAIRS, ids=lambda row: row.reason)
def test_what_is_no_pair_is_not_taken_for_one(row: Kind) -> None:
    assert row.kind.canonical([ITEM]) == row.form, row.reason
