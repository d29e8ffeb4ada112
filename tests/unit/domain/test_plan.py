"""Every row of the decision table in the plan's docstring."""

from __future__ import annotations

from typing import Literal, NamedTuple

import pytest

from poolkeeper.domain.canonical import full_body
from poolkeeper.domain.drift import paths_of
from poolkeeper.domain.failures import Failure, InvalidProperties, InvalidSpec
from poolkeeper.domain.plan import Desired, Keep, Leave, Write, plan
from poolkeeper.domain.reasons import Reason
from tests.unit.domain.examples import WRITTEN, live, metadata

REFUSAL = InvalidProperties("the service answered 400 InvalidPropertyValue", code="InvalidPropertyValue")
WANTED = metadata(owner="me")
OTHER = metadata(owner="you")


class Row(NamedTuple):
    state: str
    equal: Literal["yes", "no"]
    refused: Literal["yes", "no"]
    decision: type[Keep | Leave | Write]
    because: Reason | None
    reason: str


TABLE = [
    Row("deleting", "yes", "no", Leave, Reason.PoolDeleting, "a pool that goes is left alone, equal or not"),
    Row("deleting", "no", "no", Leave, Reason.PoolDeleting, "nothing is sent to a pool that goes"),
    Row("deleting", "yes", "yes", Leave, Reason.PoolDeleting, "a pool that goes is not reported as refused"),
    Row("deleting", "no", "yes", Leave, Reason.PoolDeleting, "a pool that goes is not reported as refused"),
    Row("active", "yes", "no", Keep, None, "equal is in sync"),
    Row("active", "yes", "yes", Keep, None, "a refusal of old means nothing once the pool is as desired"),
    Row("active", "no", "yes", Leave, Reason.InvalidProperties, "the same body would be refused again"),
    Row("active", "no", "no", Write, None, "a difference is written"),
    Row("upgrading", "no", "no", Write, None, "a state of a later version is not in the way"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.reason)
def test_the_decision_table(row: Row) -> None:
    pool = live(WANTED if row.equal == "yes" else OTHER, state=row.state)
    refusal: Failure | None = REFUSAL if row.refused == "yes" else None
    decision = plan(Desired.of(WANTED), pool, refusal=refusal)
    assert type(decision) is row.decision, row.reason
    if isinstance(decision, Leave):
        assert decision.failure.reason == row.because


def test_a_write_bears_the_full_body_and_names_what_it_changes() -> None:
    decision = plan(Desired.of(WANTED), live(OTHER), refusal=None)
    assert isinstance(decision, Write)
    assert decision.body == full_body(WANTED)
    assert paths_of(decision.differences) == ["/metadata/owner"]


def test_a_refusal_is_repeated_as_it_was_said_and_the_differences_are_still_told() -> None:
    decision = plan(Desired.of(WANTED), live(OTHER), refusal=REFUSAL)
    assert isinstance(decision, Leave)
    assert decision.failure is REFUSAL
    assert paths_of(decision.differences) == ["/metadata/owner"]


def test_a_deleting_pool_names_no_differences_since_nobody_will_correct_them() -> None:
    decision = plan(Desired.of(WANTED), live(OTHER, state="deleting"), refusal=None)
    assert isinstance(decision, Leave)
    assert decision.differences == ()


def test_a_manifest_against_the_types_is_refused_before_any_pool_is_read() -> None:
    with pytest.raises(InvalidSpec):
        Desired.of({"startTask": {}})


def test_the_row_after_a_write_has_the_new_etag_and_the_states_that_were() -> None:
    pool = live(state="active")
    assert pool.row_after(WRITTEN) == pool.row.__class__(WRITTEN.etag, "active", "steady")
