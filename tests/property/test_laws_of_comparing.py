"""Laws of canonical forms and drift, over desired states of every type."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from jsonpointer import JsonPointer, resolve_pointer

from poolkeeper.domain.diff.drift import Difference, drift, property_of
from poolkeeper.domain.schema.canonical import Form, canonical, full_body
from poolkeeper.domain.schema.properties import PROPERTIES
from tests.property.echo import SUBSETS, echo
from tests.property.strategies import DESIRED, ODD, Json, neighbours


@given(desired=DESIRED)
def test_what_was_just_written_does_not_differ_from_what_is_shown(desired: Json) -> None:
    live = echo(full_body(desired))
    assert drift(canonical(live), canonical(desired)) == ()


@given(desired=DESIRED, quirks=SUBSETS)
def test_nor_does_it_when_the_service_spells_it_in_ways_that_nobody_has_seen(desired: Json, quirks: set[str]) -> None:
    live = echo(full_body(desired), quirks=quirks)
    assert drift(canonical(live), canonical(desired)) == ()


@given(both=neighbours())
def test_nothing_differs_exactly_when_the_forms_are_equal(both: tuple[Json, Json]) -> None:
    live, desired = canonical(both[0]), canonical(both[1])
    assert (drift(live, desired) == ()) == (live == desired)
    assert drift(live, live) == ()


@given(both=neighbours())
def test_every_difference_is_a_place_of_one_of_the_forms(both: tuple[Json, Json]) -> None:
    live, desired = canonical(both[0]), canonical(both[1])
    for difference in drift(live, desired):
        for form in _where(difference, live, desired):
            resolve_pointer(form, difference.path)
        assert property_of(difference.path) in PROPERTIES.fields


@given(both=neighbours())
def test_the_differences_are_all_there_is_to_change(both: tuple[Json, Json]) -> None:
    live, desired = canonical(both[0]), canonical(both[1])
    changed = copy.deepcopy(live)
    for difference in drift(live, desired):
        _carry_over(difference, changed, desired)
    assert changed == desired


@given(live=ODD)
def test_whatever_the_service_shows_has_a_form_of_maps_and_scalars(live: Json) -> None:
    assert _plain(canonical(live))


@given(live=ODD, desired=DESIRED)
def test_whatever_the_service_shows_can_be_compared(live: Json, desired: Json) -> None:
    found = drift(canonical(live), canonical(desired))
    assert (found == ()) == (canonical(live) == canonical(desired))


def _where(difference: Difference, live: Form, desired: Form) -> list[Form]:
    return {"add": [desired], "remove": [live], "replace": [live, desired]}[difference.op]


def _carry_over(difference: Difference, changed: Form, desired: Form) -> None:
    pointer = JsonPointer(difference.path)
    parent, name = pointer.to_last(changed)
    if difference.op == "remove":
        del parent[name]
    else:
        parent[name] = pointer.resolve(desired)


def _plain(form: Any) -> bool:
    if isinstance(form, dict):
        return all(isinstance(name, str) and _plain(value) for name, value in form.items())
    return type(form) in {str, int, bool}
