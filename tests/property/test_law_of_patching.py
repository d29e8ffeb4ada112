"""A merge patch, applied by a second implementation of RFC 7386, gives the target."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from poolkeeper.domain.merge_patch import merge_patch
from tests.batchsim import merging

Json = dict[str, Any]

# A status holds no null: a merge patch could not set one.
NAMES = st.sampled_from(["a", "b", "c", ""])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.integers(0, 2) | st.sampled_from(["", "x"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=4)


@given(old=OBJECTS, new=OBJECTS)
def test_applying_the_patch_gives_the_target(old: Json, new: Json) -> None:
    assert merging.merge_patch(old, merge_patch(old, new)) == new


@given(old=OBJECTS, new=OBJECTS)
def test_a_patch_is_empty_exactly_when_there_is_nothing_to_change(old: Json, new: Json) -> None:
    assert (merge_patch(old, new) == {}) == (old == new)


@given(old=OBJECTS, new=OBJECTS)
def test_no_part_of_a_patch_can_be_left_out(old: Json, new: Json) -> None:
    patch = merge_patch(old, new)
    for name in patch:
        without = {one: value for one, value in patch.items() if one != name}
        assert merging.merge_patch(old, without) != new
