"""The breaker: how often a path may be put right, and when it may be again."""

from __future__ import annotations

import pytest

from poolkeeper.domain.decision.flaps import MOST_PATHS, Flaps, Limit

OWNER, TEAM = "/metadata/owner", "/metadata/team"
HOUR = 3600.0


def corrected_at(*times: float, limit: Limit | None = None) -> Flaps:
    flaps = Flaps(limit or Limit())
    for time in times:
        flaps.corrected([OWNER], now=time)
    return flaps


@pytest.mark.parametrize(
    ("times", "now", "pause", "reason"),
    [
        ([], 0, 0, "never"),
        ([0, 1, 2, 3], 4, 0, "four times may be chance"),
        ([0, 1, 2, 3, 4], 4, HOUR, "five times is a fight"),
        ([0, 1, 2, 3, 4], 3603, 1, "the pause runs from the last correction"),
        ([0, 1, 2, 3, 4], 3604, 0, "then it is over"),
        ([0, 800, 1600, 2400, 3200], 3300, 3500, "five within the hour, however slowly"),
        ([0, 800, 1600, 2400, 3200], 3700, 3100, "the first growing old does not end a pause"),
        ([0, 800, 1600, 2400, 3200], 6800, 0, "but its own end does"),
        ([0, 900, 1800, 2700, 3600], 3600, 0, "five in more than the hour are none"),
        ([0, 1, 2, 3, 4, 3604], 3605, 0, "one more after the pause is one, not five"),
        ([0, 1, 2, 3, 4, 3604, 3605, 3606, 3607], 3608, 0, "nor are four"),
        ([0, 1, 2, 3, 4, 3604, 3605, 3606, 3607, 3608], 3608, HOUR, "five more are a fight again"),
    ],
)
def test_five_corrections_within_the_window_pause_the_path(
    times: list[float], now: float, pause: float, reason: str
) -> None:
    flaps = corrected_at(*times)
    assert flaps.pause([OWNER], now=now) == pause, reason
    assert flaps.flapping([OWNER], now=now) == ([OWNER] if pause else []), reason


def test_other_paths_are_not_concerned() -> None:
    flaps = corrected_at(0, 1, 2, 3, 4)
    assert flaps.flapping([TEAM, OWNER], now=5) == [OWNER]
    assert flaps.pause([TEAM], now=5) == 0
    assert flaps.pause([], now=5) == 0


def test_of_several_paths_the_longest_pause_counts() -> None:
    flaps = corrected_at(0, 1, 2, 3, 4)
    for second in range(10, 15):
        flaps.corrected([TEAM], now=second)
    assert flaps.pause([OWNER, TEAM], now=20) == HOUR - 6


def test_one_write_that_corrects_two_paths_counts_for_both() -> None:
    flaps = Flaps()
    for second in range(5):
        flaps.corrected([OWNER, TEAM], now=second)
    assert flaps.flapping([OWNER, TEAM], now=5) == [OWNER, TEAM]


def test_the_count_begins_anew_when_it_is_cleared() -> None:
    flaps = corrected_at(0, 1, 2, 3, 4)
    flaps.clear()
    assert flaps.flapping([OWNER], now=5) == []


def test_the_limit_can_be_set() -> None:
    flaps = corrected_at(0, 1, limit=Limit(corrections=2, window=10))
    assert flaps.pause([OWNER], now=5) == 6


def test_paths_that_were_put_right_long_ago_are_forgotten() -> None:
    flaps = Flaps()
    for number in range(1000):
        flaps.corrected([f"/metadata/{number}"], now=number * HOUR)
    assert len(flaps._times) == 1, "memory that grows for ever shows nowhere else"


def test_ever_new_paths_are_a_fight_too() -> None:
    """A writer that names its changes anew each time, after a run or a date, would be fought for ever."""
    flaps = Flaps(Limit(corrections=5, window=3600))
    corrected = 0
    for second in range(0, 3600, 10):
        path = f"/metadata/run-{second}"
        if not flaps.flapping([path], now=second):
            flaps.corrected([path], now=second)
            corrected += 1
    assert corrected == 20
    assert flaps.pause(["/metadata/another"], now=3600) > 0
    flaps.clear()
    assert flaps.flapping(["/metadata/another"], now=3600) == []


def test_what_is_counted_is_bounded() -> None:
    flaps = Flaps(Limit(corrections=1000))
    flaps.corrected([f"/metadata/{number}" for number in range(MOST_PATHS * 3)], now=0)
    flaps.corrected(["/metadata/last"], now=1)
    assert len(flaps._times) == MOST_PATHS
    assert "/metadata/last" in flaps._times
