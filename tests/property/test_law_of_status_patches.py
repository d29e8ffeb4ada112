"""The law of status patches: applied to one status they give the other, and a namesake's is left alone."""

from __future__ import annotations

from typing import Any

import jsonpatch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolkeeper.kube.status_writer import status_patch

Json = dict[str, Any]

# Names of status fields need no escaping, so none is offered.
NAMES = st.sampled_from(["eTag", "drift", "conditions", "lastWrite", "pool"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
STATUSES = st.dictionaries(NAMES, VALUES.filter(lambda value: value is not None), max_size=4)


def resource(status: Json, *, uid: str = "one") -> Json:
    """As the API server holds it: a status that was never written is not there."""
    return {"metadata": {"uid": uid}, **({"status": status} if status else {})}


@given(old=STATUSES, new=STATUSES)
def test_applying_the_patch_gives_the_new_status(old: Json, new: Json) -> None:
    patched = jsonpatch.apply_patch(resource(old), status_patch("one", old, new))
    assert patched.get("status", {}) == new


@given(old=STATUSES, new=STATUSES)
def test_a_patch_is_empty_exactly_when_there_is_nothing_to_change(old: Json, new: Json) -> None:
    assert (status_patch("one", old, new) == []) is (old == new)


@given(old=STATUSES, new=STATUSES)
def test_a_namesake_takes_no_part_of_it(old: Json, new: Json) -> None:
    patch = status_patch("one", old, new)
    if patch:
        with pytest.raises(jsonpatch.JsonPatchTestFailed):
            jsonpatch.apply_patch(resource(old, uid="another"), patch)
