"""Some hundred stories; `make simulate SEEDS=20000` lives more."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.simulation.run import judged, shortened, told, violations
from tests.simulation.story import story_of

SEEDS = 200
PART = 20


@pytest.mark.parametrize("first", range(0, SEEDS, PART))
def test_nothing_is_wrong_with_any_story(first: int) -> None:
    wrong = [found for found in map(judged, range(first, first + PART)) if found[1]]
    if wrong:
        story = shortened(story_of(wrong[0][0]))
        pytest.fail(told(story, violations(story)), pytrace=False)


def test_a_seed_has_one_story() -> None:
    assert story_of(7) == story_of(7)
    assert story_of(7) != story_of(8)


def test_a_story_is_told_with_the_command_that_replays_it() -> None:
    story = replace(story_of(7), steps=story_of(7).steps[:2])
    text = told(story, ["something was wrong"])
    assert "something was wrong" in text
    assert "tests.simulation --seed 7" in text
    assert str(story.steps[1]) in text
