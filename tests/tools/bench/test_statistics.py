"""The small statistics of the bench."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.stats import busiest, displaced, middle, percentile


@pytest.mark.parametrize(
    ("values", "share", "expected", "reason"),
    [
        ([3.0], 0.5, 3.0, "one value is every percentile"),
        ([1.0, 2.0, 3.0], 0.5, 2.0, "the middle one"),
        ([1.0, 2.0, 3.0, 4.0], 0.5, 2.0, "nearest rank: a value that was measured, not a mean of two"),
        ([float(n) for n in range(1, 101)], 0.99, 99.0, "one of a hundred may be worse"),
        ([4.0, 1.0, 3.0, 2.0], 0.99, 4.0, "of few values the worst; the order does not matter"),
    ],
)
def test_a_percentile_is_a_value_that_was_measured(
    values: list[float], share: float, expected: float, reason: str
) -> None:
    assert percentile(values, share) == expected, reason


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_the_middle_is_of_those_that_were_measured() -> None:
    assert middle([None, 1.0, 5.0, 3.0]) == 3.0
    assert middle([None]) is None


@pytest.mark.parametrize(
    ("moments", "expected", "reason"),
    [
        ([], 0, "nothing was sent"),
        ([5.0], 1, "one is one"),
        ([0.0, 0.5, 0.999], 3, "all within a second"),
        ([0.0, 1.0], 1, "a second apart is not within a second"),
        ([0.9, 1.0, 1.1, 1.2, 2.5], 4, "a window may lie across full seconds: counting by clock seconds would say 3"),
        ([2.5, 0.9, 1.2, 1.0, 1.1], 4, "the order does not matter"),
    ],
)
def test_the_busiest_second_is_any_second(moments: list[float], expected: int, reason: str) -> None:
    assert busiest(moments) == expected, reason


@given(st.lists(st.integers(0, 60), max_size=40))
def test_the_busiest_second_is_what_trying_every_beginning_finds(tenths: list[int]) -> None:
    # Tenths as integers, so that the slow count is not at the mercy of rounding.
    slow = max((sum(start <= other < start + 10 for other in tenths) for start in tenths), default=0)
    assert busiest([float(one) for one in tenths], seconds=10.0) == slow


def test_served_in_turn_nobody_is_displaced() -> None:
    assert displaced(["a", "b", "c"], ["a", "b", "c"]) == (0.0, 0)


def test_who_is_served_last_instead_of_first_is_displaced_by_the_whole_queue() -> None:
    assert displaced(["a", "b", "c", "d"], ["b", "c", "d", "a"]) == (1.0, 3)


def test_who_was_not_served_has_no_place() -> None:
    assert displaced(["a", "b"], ["b"]) == (1.0, 1)
