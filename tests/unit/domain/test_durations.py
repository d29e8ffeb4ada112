"""Durations as Kubernetes writes them."""

from __future__ import annotations

import pytest

from poolkeeper.domain.durations import seconds


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1s", 1.0),
        ("90s", 90.0),
        ("5m", 300.0),
        ("2h", 7200.0),
        ("1h30m", 5400.0),
        ("1h1m1s", 3661.0),
        ("1.5h", 5400.0),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, length: float) -> None:
    assert seconds(text) == length


def test_milliseconds_are_no_minutes() -> None:
    assert seconds("250ms") == pytest.approx(0.25)


@pytest.mark.parametrize("text", ["", "60", "s", "5 m", "-5m", "5d", "5M", "1h ", "x1h", "1hx", "1..5s", ".s"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        seconds(text)
