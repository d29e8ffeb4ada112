"""The one walk by the table: what nobody has taught it comes without a type, and is hidden by every redactor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from poolkeeper.domain.redaction.display import _safe, shown
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.schema.lists import AtomicList, MapList, SetList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.traverse import leaves, mapped
from poolkeeper.domain.schema.types import ABSENT, Absent, Boolean, Canonical, Enum, Integer, Object, String
from poolkeeper.domain.secret_text import HIDDEN

CANARY = "c4n4ry"


@dataclass(frozen=True)
class Novel:
    """A type of schema that somebody has just invented, a map of texts for example."""

    absent: Canonical | Absent = ABSENT

    def canonical(self, value: Any) -> Any:
        return value

    def wire(self, value: Any, path: str) -> Any:  # noqa: ARG002 - the protocol's
        return value


ITEM = Object({"name": String(), "value": String(), "novel": Novel()})
TYPE = Object(
    {
        "text": String(),
        "choice": Enum(("a", "b")),
        "whole": Integer(0),
        "flag": Boolean(default=False),
        "named": MapList(ITEM, key=("name",)),
        "ordered": AtomicList(ITEM),
        "set": SetList(Enum(("a", "b")), absent=ABSENT),
        "novel": Novel(),
        "inner": Object({"novel": Novel()}),
    }
)
KNOWN = {
    "text": "plain",
    "choice": "a",
    "whole": 3,
    "flag": True,
    "named": {"n": {"value": "v"}},
    "ordered": {"0": {"value": "v"}},
    "set": {"a": True},
}


def test_what_is_known_is_shown_as_it_is() -> None:
    assert mapped(TYPE, KNOWN, _safe) == KNOWN


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"novel": CANARY}, id="a new type"),
        pytest.param({"novel": {"a": {"b": CANARY}}}, id="a map of a new type"),
        pytest.param({"inner": {"novel": CANARY}}, id="a new type inside"),
        pytest.param({"named": {"n": {"novel": CANARY}}}, id="a new type in a list of named things"),
        pytest.param({"ordered": {"0": {"novel": CANARY}}}, id="a new type in a list of things in order"),
        pytest.param({"unheard": CANARY}, id="a member that the table does not have"),
        pytest.param({"inner": {"unheard": {"a": [CANARY]}}}, id="one with a tree in it"),
        pytest.param({"whole": CANARY}, id="a text for a number"),
        pytest.param({"flag": {"a": CANARY}}, id="a map for a flag"),
        pytest.param({"choice": [CANARY]}, id="a list for a choice"),
        pytest.param({"set": {"a": CANARY}}, id="a text for a member of a set"),
        pytest.param({"named": CANARY}, id="a text for a list"),
    ],
)
def test_what_is_not_known_gets_past_no_redactor(form: dict[str, Any]) -> None:
    assert CANARY not in str(mapped(TYPE, form, _safe)), "what people see"
    masked = mapped(TYPE, form, lambda kind, value: Mask(guarded=True)._leaf(kind, value, bounded=True))
    guarded = [place for place in ("novel", "unheard", "inner", "named", "ordered") if place in form]
    assert CANARY not in str(masked) or not guarded, "of a pool that takes values from Secrets"


@pytest.mark.parametrize(
    "wire",
    [
        {"novel": CANARY},
        {"novel": {"a": CANARY}},
        {"unheard": [{"a": CANARY}]},
        {"named": CANARY},
        {"ordered": [CANARY]},
    ],
)
def test_what_is_not_known_of_a_body_has_no_type(wire: dict[str, Any]) -> None:
    assert list(leaves(TYPE, wire)) == [(None, CANARY)]


def test_every_value_of_a_body_is_walked_by_once_with_its_type() -> None:
    wire = {"text": "t", "named": [{"name": "n", "value": "v"}], "set": ["a", "b"], "whole": 1}
    found = [(type(kind).__name__, value) for kind, value in leaves(TYPE, wire)]
    assert found == [
        ("String", "t"), ("String", "n"), ("String", "v"), ("Enum", "a"), ("Enum", "b"), ("Integer", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("properties", "pointer"),
    [
        ({"startTask": {"commandLine": "x", "maxTaskRetryCount": {"a": CANARY}}}, "/startTask/maxTaskRetryCount"),
        ({"startTask": {"commandLine": "x", "waitForSuccess": CANARY}}, "/startTask/waitForSuccess"),
        ({"targetNodeCommunicationMode": {"a": CANARY}}, "/targetNodeCommunicationMode"),
        ({"startTask": {"commandLine": "x", "novelty": CANARY}}, "/startTask/novelty"),
        ({"startTask": {"commandLine": "x", "novelty": CANARY}}, "/startTask"),
    ],
)
def test_odd_values_of_a_live_pool_are_hidden(properties: dict[str, Any], pointer: str) -> None:
    form = canonical(properties)
    assert HIDDEN in (shown(form, pointer) or "")
    assert CANARY not in (shown(form, pointer) or "")


def test_the_table_has_only_types_that_the_walk_knows() -> None:
    def types(kind: Any) -> set[str]:
        match kind:
            case Object(fields=fields):
                return {"Object"}.union(*map(types, fields.values()))
            case MapList(item=item) | AtomicList(item=item):
                return {type(kind).__name__} | types(item)
            case _:
                return {type(kind).__name__}

    assert types(PROPERTIES) <= {"Object", "MapList", "AtomicList", "SetList", "String", "Enum", "Integer", "Boolean"}
