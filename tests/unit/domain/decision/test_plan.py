"""Every row of the decision table in the plan's docstring, and that the first that fits decides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from poolkeeper.domain.decision.approval import plan_hash
from poolkeeper.domain.decision.flaps import Flaps
from poolkeeper.domain.decision.plan import Blocked, Desired, History, InSync, ReportOnly, Update, plan
from poolkeeper.domain.diff.drift import paths_of
from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import Flapping, InvalidProperties, InvalidSpec
from poolkeeper.domain.known.stored import judged
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.resources import APPROVE
from poolkeeper.domain.schema.canonical import canonical, full_body
from tests.unit.domain.examples import WRITTEN, live, metadata, pool

REFUSAL = InvalidProperties("the service answered 400 InvalidPropertyValue", code="InvalidPropertyValue")
WANTED = metadata(owner="me")
OTHER = metadata(owner="you")
MORE = metadata(owner="you", team="vfx")
NOW = 1000.0


def fight() -> Flaps:
    """A path that was put right as often as it may be, just now."""
    flaps = Flaps()
    for second in range(flaps.limit.corrections):
        flaps.corrected(["/metadata/owner"], now=NOW - 10 + second)
    return flaps


@dataclass(frozen=True, kw_only=True)
class Row:
    """Everything in the way at once, unless a row says otherwise: what decides is the first that fits."""

    reason: str
    state: str = "active"
    pool: dict[str, Any] = field(default_factory=lambda: MORE)
    mode: str = "Approve"
    adoption: str = "Guard"
    adopted: bool = False
    refused: bool = True
    flapping: bool = True
    approved: bool = False
    decision: type[InSync | ReportOnly | Blocked | Update] = Blocked
    because: Reason | None = None


CLEAR: dict[str, Any] = {"refused": False, "flapping": False}
TABLE = [
    Row(
        reason="a pool that goes is left alone, whatever else is in the way",
        state="deleting",
        because=Reason.PoolDeleting,
    ),
    Row(reason="nor is it in sync when equal", state="deleting", pool=WANTED, because=Reason.PoolDeleting),
    Row(reason="nor is it only watched", state="deleting", mode="Observe", because=Reason.PoolDeleting),
    Row(reason="equal is in sync, whatever was in the way of a write", pool=WANTED, decision=InSync),
    Row(reason="equal is in sync for who only watches", pool=WANTED, mode="Observe", decision=InSync),
    Row(reason="who only watches asks for no consent and repeats no refusal", mode="Observe", decision=ReportOnly),
    Row(reason="who only watches watches an adopted pool too", mode="Observe", adopted=True, decision=ReportOnly),
    Row(reason="consent comes before what the service has said", because=Reason.RemovalNeedsConsent),
    Row(reason="and so it does in mode Enforce", mode="Enforce", because=Reason.RemovalNeedsConsent),
    Row(
        reason="an approval is no consent: it would be to a plan that was never shown",
        approved=True,
        because=Reason.RemovalNeedsConsent,
    ),
    Row(reason="a changed value needs no consent", pool=OTHER, because=Reason.InvalidProperties),
    Row(reason="who has consented is asked no more", adoption="Overwrite", because=Reason.InvalidProperties),
    Row(reason="an adopted pool is put right without asking", adopted=True, because=Reason.InvalidProperties),
    Row(reason="a fight stops before anybody is asked to approve", pool=OTHER, refused=False, because=Reason.Flapping),
    Row(
        reason="an approval does not start a fight again",
        pool=OTHER,
        refused=False,
        approved=True,
        because=Reason.Flapping,
    ),
    Row(reason="nothing is written unapproved", pool=OTHER, **CLEAR, because=Reason.AwaitingApproval),
    Row(
        reason="nor to a pool that is adopted",
        pool=OTHER,
        adopted=True,
        **CLEAR,
        because=Reason.AwaitingApproval,
    ),
    Row(reason="an approved plan is written", pool=OTHER, approved=True, **CLEAR, decision=Update),
    Row(reason="mode Enforce asks nobody", pool=OTHER, mode="Enforce", **CLEAR, decision=Update),
    Row(reason="an adopted pool loses what is not named", mode="Enforce", adopted=True, **CLEAR, decision=Update),
    Row(reason="so does one that may be overwritten", mode="Enforce", adoption="Overwrite", **CLEAR, decision=Update),
    Row(
        reason="a state of a later version is not in the way",
        state="upgrading",
        pool=OTHER,
        mode="Enforce",
        **CLEAR,
        decision=Update,
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.reason)
def test_the_first_row_that_fits_decides(row: Row) -> None:
    found = live(row.pool, state=row.state)
    resource = pool(WANTED, mode=row.mode, adoption=row.adoption)
    if row.approved:
        annotations = {APPROVE: plan_hash(resource, found.row.etag, {})}
        resource = pool(WANTED, mode=row.mode, adoption=row.adoption, annotations=annotations)
    history = History(
        adopted=row.adopted,
        refusal=REFUSAL if row.refused else None,
        flaps=fight() if row.flapping else Flaps(),
    )
    decision = plan(resource, Desired.of(WANTED, version="2024-07-01.20.0"), found, history=history, now=NOW)
    assert type(decision) is row.decision, row.reason
    if isinstance(decision, Blocked):
        assert decision.failure.reason == row.because, row.reason
    if isinstance(decision, ReportOnly | Blocked) and row.state == "active":
        assert "/metadata/owner" in paths_of(decision.differences), "what differs is told in any case"


def decide(found: Any, *, history: History | None = None, **how: Any) -> Any:
    return plan(
        pool(WANTED, **how), Desired.of(WANTED, version="2024-07-01.20.0"), found, history=history or History(), now=NOW
    )


def test_a_write_bears_the_full_body_and_names_what_it_changes() -> None:
    decision = decide(live(OTHER))
    assert isinstance(decision, Update)
    assert decision.body == full_body(WANTED)
    assert paths_of(decision.differences) == ["/metadata/owner"]


def test_a_refusal_is_repeated_as_it_was_said() -> None:
    assert decide(live(OTHER), history=History(refusal=REFUSAL)).failure is REFUSAL


def test_a_deleting_pool_names_no_differences_since_nobody_will_correct_them() -> None:
    assert decide(live(OTHER, state="deleting")).differences == ()


def test_what_the_service_makes_of_the_desired_state_counts_as_equal() -> None:
    history = History(adopted=True, stored=judged(canonical({}), canonical(OTHER), canonical(WANTED)))
    assert decide(live(OTHER), history=history) == InSync()
    decision = decide(live(MORE), history=history)
    assert paths_of(decision.differences) == ["/metadata/owner", "/metadata/team"], "all that the body changes"
    assert decision.body == full_body(WANTED), "what is sent is still what the manifest says"


def test_consent_is_asked_for_each_thing_that_would_go_and_how_to_give_it_is_said() -> None:
    found = live({**MORE, "startTask": {"commandLine": "run https://x.example/a?sig=canary"}})
    failure = decide(found).failure
    assert "/metadata/team = vfx" in failure.message
    assert "/startTask = " in failure.message
    assert "/metadata/owner" not in failure.message, "a changed value does not go"
    assert "spec.adoption: Overwrite" in failure.message
    assert "spec.properties" in failure.message
    assert "canary" not in failure.message


def test_a_fight_names_its_paths_and_how_long_it_is_let_be() -> None:
    failure = decide(live(OTHER), history=History(flaps=fight())).failure
    assert isinstance(failure, Flapping)
    assert failure.cause == "corrected 5 times within 3600 s and changed again: /metadata/owner"
    assert failure.pause == 3600 - 6
    assert isinstance(decide(live(metadata(owner="me", x="y")), history=History(adopted=True, flaps=fight())), Update)


def test_a_plan_says_how_to_approve_it() -> None:
    found = live(OTHER)
    failure = decide(found, mode="Approve").failure
    wanted = plan_hash(pool(WANTED), found.row.etag, {})
    how = f"kubectl annotate --overwrite -n lab batchpool/rendering poolkeeper.dev/approve={wanted}"
    assert failure.message == f"a plan waits in status.plan; approve it with {how}"


def test_an_approval_of_another_plan_is_said_to_be_void() -> None:
    failure = decide(live(OTHER), mode="Approve", annotations={APPROVE: "0123456789abcdef"}).failure
    assert failure.message.startswith(
        "the approval 0123456789abcdef is for another plan: pool, manifest or Secret moved; "
    )


def test_a_manifest_against_the_types_is_refused_before_any_pool_is_read() -> None:
    with pytest.raises(InvalidSpec):
        Desired.of({"startTask": {}}, version="2024-07-01.20.0")


def test_the_row_after_a_write_has_the_new_etag_and_the_states_that_were() -> None:
    found = live(state="active")
    assert found.row_after(WRITTEN) == found.row.__class__(WRITTEN.etag, "active", "steady")


REGISTRY = {"imageName": "a", "registry": {"username": "me", "password": "hunter22"}}
CONTAINED = {"startTask": {"commandLine": "run", "containerSettings": REGISTRY}}
PASSWORD = "/startTask/containerSettings/registry/password"


@pytest.mark.parametrize(
    ("mode", "history", "decision", "reason"),
    [
        ("Enforce", History(), Update, "nobody knows which password the pool has"),
        ("Enforce", History(sent=DesiredVersion(2)), Update, "another generation was sent"),
        ("Enforce", History(sent=DesiredVersion(3)), InSync, "this edition was sent"),
        ("Observe", History(), InSync, "who never writes has nothing to send, and no difference is seen"),
        ("Approve", History(), Blocked, "a write like any other: it waits"),
        ("Enforce", History(refusal=REFUSAL), Blocked, "what was refused is not sent again"),
    ],
)
def test_what_the_service_never_shows_is_sent_when_it_may_be_another(
    mode: str, history: History, decision: type[InSync | Blocked | Update], reason: str
) -> None:
    wanted = Desired.of(CONTAINED, version="2024-07-01.20.0")
    found = plan(pool(CONTAINED, mode=mode), wanted, live(CONTAINED), history=history, now=NOW)
    assert type(found) is decision, reason
    if isinstance(found, Update | Blocked):
        assert paths_of(found.differences) == [PASSWORD]


def test_another_version_of_a_secret_voids_an_approval() -> None:
    found = live(OTHER)
    approved = {APPROVE: plan_hash(pool(WANTED), found.row.etag, {"creds": "1"})}
    resource = pool(WANTED, mode="Approve", annotations=approved)
    for version, decision in (("1", Update), ("2", Blocked)):
        wanted = Desired.of(WANTED, version="2024-07-01.20.0", secrets={"creds": version})
        assert type(plan(resource, wanted, found, history=History(), now=NOW)) is decision
