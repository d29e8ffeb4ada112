"""The smallest merge patch from one status to another; its law is a property test."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.merge_patch import merge_patch

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("old", "new", "patch", "reason"),
    [
        ({}, {}, {}, "nothing to nothing"),
        ({"a": 1, "b": [1]}, {"a": 1, "b": [1]}, {}, "equal objects need no patch, so no request"),
        ({}, {"a": 1}, {"a": 1}, "what is new is set"),
        ({"a": 1}, {}, {"a": None}, "null removes"),
        ({"a": 1}, {"a": 2}, {"a": 2}, "what is different is replaced"),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": 1, "y": 3}}, {"a": {"y": 3}}, "objects are merged"),
        ({"a": {"x": 1}}, {"a": {}}, {"a": {"x": None}}, "an emptied object stays"),
        ({"a": {"b": {"c": 1}}}, {"a": {"b": {}}}, {"a": {"b": {"c": None}}}, "at any depth"),
        ({"a": {}}, {"a": {}}, {}, "two empty objects are equal"),
        ({}, {"a": {}}, {"a": {}}, "an empty object is something"),
        ({"a": [1, 2]}, {"a": [1]}, {"a": [1]}, "lists are replaced whole"),
        ({"a": {"x": 1}}, {"a": "x"}, {"a": "x"}, "an object becomes a text"),
        ({"a": "x"}, {"a": {"x": 1}}, {"a": {"x": 1}}, "a text becomes an object"),
    ],
)
def test_the_patch_is_the_smallest(old: Json, new: Json, patch: Json, reason: str) -> None:
    assert merge_patch(old, new) == patch, reason
