"""JSON pointers into canonical forms."""

from __future__ import annotations

import pytest

from poolkeeper.domain.schema.pointers import MISSING, kinds_along, parts_of, value_at
from poolkeeper.domain.schema.properties import CERTIFICATE_VISIBILITY, ENVIRONMENT_SETTING, PROPERTIES, START_TASK

FORM = {"metadata": {"a/b": "1", "~x": "2", "": "3", "none": None}, "startTask": {"commandLine": "run"}}


@pytest.mark.parametrize(
    ("pointer", "parts", "reason"),
    [
        ("", [], "the whole"),
        ("/", [""], "an empty name is a name"),
        ("/metadata/a~1b", ["metadata", "a/b"], "an escaped slash"),
        ("/metadata/~0x", ["metadata", "~x"], "an escaped tilde"),
        ("/metadata/~01", ["metadata", "~1"], "RFC 6901: the tilde last, so that ~01 is ~1"),
    ],
)
def test_parts_are_unescaped(pointer: str, parts: list[str], reason: str) -> None:
    assert parts_of(pointer) == parts, reason


@pytest.mark.parametrize(
    ("pointer", "value", "reason"),
    [
        ("", FORM, "the whole"),
        ("/metadata/a~1b", "1", "a name with a slash"),
        ("/metadata/~0x", "2", "a name with a tilde"),
        ("/metadata/", "3", "an empty name"),
        ("/metadata/none", None, "null is something"),
        ("/metadata/owner", MISSING, "nothing of that name"),
        ("/startTask/commandLine/0", MISSING, "nothing is within a text"),
        ("/nowhere/at/all", MISSING, "nor within nothing"),
    ],
)
def test_a_pointer_finds_what_stands_there(pointer: str, value: object, reason: str) -> None:
    found = value_at(FORM, pointer)
    assert found is MISSING if value is MISSING else found == value, reason


@pytest.mark.parametrize(
    ("pointer", "kind", "reason"),
    [
        ("", PROPERTIES, "the top"),
        ("/startTask", START_TASK, "a record"),
        ("/startTask/environmentSettings/PATH", ENVIRONMENT_SETTING, "an item by its name"),
        ("/startTask/environmentSettings/PATH/value", ENVIRONMENT_SETTING.fields["value"], "a field of it"),
        ("/metadata/owner", PROPERTIES.fields["metadata"].item.fields["value"], "metadata's item is its value"),  # type: ignore[attr-defined] # the table's entry is a Named
        ("/startTask/resourceFiles/0", START_TASK.fields["resourceFiles"].item, "an item by its place"),  # type: ignore[attr-defined] # an Ordered
        ("/certificateReferences/aa/visibility/task", CERTIFICATE_VISIBILITY, "one of several"),
    ],
)
def test_the_last_kind_is_the_places_own(pointer: str, kind: object, reason: str) -> None:
    kinds = kinds_along(PROPERTIES, pointer)
    assert kinds is not None
    assert kinds[0] is PROPERTIES
    assert kinds[-1] is kind, reason
    assert len(kinds) == len(parts_of(pointer)) + 1


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        ("/mystery", "no property"),
        ("/startTask/commandLine/0", "nothing within a text"),
        ("/startTask/resourceFiles/first", "a list has places, not names"),
        ("/startTask/resourceFiles/-1", "nor places before the first"),
        ("/startTask/resourceFiles/٣", "nor places in other digits"),
        ("/metadata/owner/value", "metadata's item is a text"),
    ],
)
def test_where_no_form_can_have_a_place_there_are_no_kinds(pointer: str, reason: str) -> None:
    assert kinds_along(PROPERTIES, pointer) is None, reason
