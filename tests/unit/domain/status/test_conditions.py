"""Conditions by the Kubernetes convention: a time of transition, an order, and no change without a cause."""

from __future__ import annotations

from poolkeeper.domain.status.conditions import MOST_CHARACTERS, Condition, find, with_conditions
from poolkeeper.domain.status_types import ConditionFields, ConditionStatus
from tests.unit.domain.examples import EARLIER, NOW

READY = Condition("Ready", "True", "InSync", "fine")


def once(mark: Condition = READY, *, generation: int = 1, now: str = EARLIER) -> list[ConditionFields]:
    return with_conditions((), [mark], generation=generation, now=now)


def test_a_new_condition_bears_the_time_now() -> None:
    assert once() == [
        {
            "type": "Ready",
            "status": "True",
            "reason": "InSync",
            "message": "fine",
            "observedGeneration": 1,
            "lastTransitionTime": EARLIER,
        }
    ]


def test_what_is_marked_again_is_left_alone() -> None:
    assert with_conditions(once(), [READY], generation=1, now=NOW) == once()


def test_another_reason_and_message_are_no_transition() -> None:
    (condition,) = with_conditions(once(), [Condition("Ready", "True", "Observed", "look")], generation=2, now=NOW)
    assert condition["reason"] == "Observed"
    assert condition["message"] == "look"
    assert condition["observedGeneration"] == 2
    assert condition["lastTransitionTime"] == EARLIER


def test_another_status_is_a_transition() -> None:
    statuses: list[ConditionStatus] = ["False", "Unknown"]
    for status in statuses:
        (condition,) = with_conditions(once(), [Condition("Ready", status, "InSync", "fine")], generation=1, now=NOW)
        assert condition["lastTransitionTime"] == NOW


def test_conditions_come_in_the_order_of_the_marks() -> None:
    conditions = [READY, Condition("Stalled", "True", "No", ""), Condition("Drifted", "False", "Equal", "")]
    backwards = with_conditions((), conditions[::-1], generation=1, now=EARLIER)
    assert [one["type"] for one in with_conditions(backwards, conditions, generation=1, now=NOW)] == [
        "Ready",
        "Stalled",
        "Drifted",
    ]


def test_a_type_without_a_mark_goes_away_and_comes_back_as_new() -> None:
    stalled = Condition("Stalled", "True", "No", "")
    both = with_conditions((), [READY, stalled], generation=1, now=EARLIER)
    without = with_conditions(both, [READY], generation=1, now=EARLIER)
    assert find(without, "Stalled") is None
    again = find(with_conditions(without, [READY, stalled], generation=1, now=NOW), "Stalled")
    assert again is not None
    assert again["lastTransitionTime"] == NOW


def test_a_long_message_is_cut() -> None:
    (condition,) = once(Condition("Ready", "False", "No", "x" * (MOST_CHARACTERS + 1)))
    assert len(condition["message"]) == MOST_CHARACTERS


def test_a_condition_is_found_by_its_type() -> None:
    conditions = once()
    assert find(conditions, "Ready") is conditions[0]
    assert find(conditions, "Drifted") is None
    assert find((), "Ready") is None
