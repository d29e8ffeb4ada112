"""Laws of `spec.ignore`, over desired states, the echo of others, pools as none should be, and every place in them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.ignore import carry, check_pointers
from poolkeeper.domain.failures import Failure
from poolkeeper.domain.schema.canonical import canonical, full_body
from poolkeeper.domain.schema.pointers import value_at
from tests.property.echo import SUBSETS, echo
from tests.property.strategies import DESIRED, ODD, Json

SETTLED = ("/startTask/userIdentity", "/startTask/containerSettings/containerHostBatchBindMounts")
"""Where one field decides of others, or an empty list is not none: a place within decides of the whole."""


@st.composite
def ignoring(draw: st.DrawFn, *, odd: bool = False, most: int = 1) -> tuple[Json, Json, list[str]]:
    """A desired state, a live pool, and places that exist in the live one's canonical form."""
    desired = draw(DESIRED)
    live = draw(ODD) if odd else echo(full_body(draw(DESIRED | st.just(desired))), quirks=draw(SUBSETS))
    places = st.sampled_from(sorted(_places(canonical(live))))
    return desired, live, draw(st.lists(places, min_size=1, max_size=most, unique=True))


@given(case=ignoring(most=4))
def test_what_is_ignored_is_sent_as_it_is_live_or_nothing_is_sent(case: tuple[Json, Json, list[str]]) -> None:
    _, live, pointers = case
    carried = _carried(*case)
    if carried is None:
        return
    for pointer in pointers:
        assert value_at(canonical(carried), pointer) == value_at(canonical(live), pointer)


@given(case=ignoring())
def test_what_is_not_ignored_is_sent_as_the_manifest_says(case: tuple[Json, Json, list[str]]) -> None:
    desired, _, (pointer,) = case
    carried = _carried(*case)
    if carried is None:
        return
    made = _made(canonical(desired), pointer)
    changed = paths_of(drift(canonical(desired), canonical(carried)))
    assert [path for path in changed if not _within(path, made) and not _within(made, path)] == []


@given(case=ignoring(most=4))
def test_carrying_is_stable_and_changes_neither_side(case: tuple[Json, Json, list[str]]) -> None:
    desired, live, pointers = case
    before = copy.deepcopy((desired, live))
    carried = _carried(*case)
    assert (desired, live) == before
    if carried is not None:
        # The pool once it took the body: nothing is left to do.
        again = _carried(desired, echo(carried), pointers)
        assert again is not None
        assert drift(canonical(echo(carried)), canonical(again)) == ()


@given(case=ignoring(odd=True, most=3))
def test_no_live_pool_is_a_crash_nor_changed_where_it_is_ignored(case: tuple[Json, Json, list[str]]) -> None:
    _, live, pointers = case
    carried = _carried(*case)
    for pointer in pointers if carried is not None else ():
        assert value_at(canonical(carried or {}), pointer) == value_at(canonical(live), pointer)


@given(pointers=st.lists(st.text(st.sampled_from("/~019startTaskmetadata#@")) | st.text(max_size=9), max_size=3))
def test_no_pointer_is_a_crash(pointers: list[str]) -> None:
    _carried({}, {}, pointers)


def _carried(desired: Json, live: Json, pointers: list[str]) -> Json | None:
    try:
        check_pointers(pointers)
        return carry(full_body(desired), live, pointers)
    except Failure:
        return None


def _places(form: Any, at: str = "") -> Iterator[str]:
    for name, inner in form.items() if isinstance(form, dict) else ():
        place = f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
        yield place
        yield from _places(inner, place)


def _made(form: Json, pointer: str) -> str:
    """What a pointer decides of: the place, or the first thing on the way there that the manifest lacks."""
    for whole in SETTLED:
        if _within(pointer, whole):
            return whole
    at = ""
    for part in pointer.split("/")[1:]:
        at = f"{at}/{part}"
        if not isinstance(value_at(form, at), dict):
            break
    return at


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith(f"{outer}/")
