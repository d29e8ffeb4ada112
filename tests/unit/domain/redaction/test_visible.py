"""Text of others, where people read it."""

from __future__ import annotations

import pytest

from poolkeeper.domain.redaction.visible import visible, visible_lines
from poolkeeper.domain.status.conditions import Condition, with_conditions
from poolkeeper.domain.status.events import Event

ODD = [
    pytest.param("a\x1b[2Kb", "a\\x1b[2Kb", id="what a terminal obeys"),
    pytest.param("a\n12:00:00 ERROR b", "a\\n12:00:00 ERROR b", id="what a log takes for a line"),
    pytest.param("a\rb", "a\\rb", id="what overwrites a line"),
    pytest.param("a\u202eb", "a\\u202eb", id="what turns the direction"),
    pytest.param("a\ud83db", "a\\ud83db", id="half a character"),
    pytest.param("käse 🧀", "käse 🧀", id="what is only unusual"),
]


@pytest.mark.parametrize(("text", "shown"), ODD)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible_lines(f"{text.splitlines()[0]}\nmore").endswith("\nmore")


@pytest.mark.parametrize(("text", "shown"), ODD)
def test_conditions_and_events_bear_only_what_can_be_seen(text: str, shown: str) -> None:
    """By the way in which they are made, so that nobody has to think of it."""
    (condition,) = with_conditions(
        [], [Condition("Ready", "False", "R", text)], generation=1, now="2026-01-01T00:00:00Z"
    )
    assert condition["message"] == shown
    assert Event("Warning", "R", text).message == shown
