"""What the operator would do, per row of its decision table and per thing that a plan cannot know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.pool import Known
from poolkeeper.domain.known.stored import judged
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.secret_refs import Reference
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.plan.pool_plan import Subject, pool_plan
from poolkeeper.plan.report import Action, PoolPlan
from poolkeeper.readonly.secrets import Resolved
from tests.unit.domain.examples import account, live, metadata, pool

VERSION = "2024-07-01.20.0"
MINE = metadata(owner="me")
THEIRS = metadata(owner="you")
MORE = metadata(owner="you", team="vfx")
HERE = Address.of(pool(), account(VERSION), created="")
ADOPTED = Known(HERE, adopted=True).told


@dataclass(frozen=True, kw_only=True)
class Row:
    reason: str
    live: dict[str, Any] = field(default_factory=lambda: THEIRS)
    state: str = "active"
    status: Mapping[str, Any] = field(default_factory=dict)
    known: bool = True
    version: str = VERSION
    properties: dict[str, Any] = field(default_factory=lambda: MINE)
    spec: dict[str, Any] = field(default_factory=dict)
    action: Action
    because: str = ""
    says: str = ""
    notes: str = ""
    paths: tuple[str, ...] = ()


OWNER = ("/metadata/owner",)
BOTH = ("/metadata/owner", "/metadata/team")
CONSENT = Reason.RemovalNeedsConsent
TABLE = [
    Row(reason="equal", live=MINE, action=Action.IN_SYNC, because="InSync", says="in sync"),
    Row(reason="a value differs", action=Action.CHANGE, says="would change", paths=OWNER),
    Row(
        reason="a first write removes",
        live=MORE,
        action=Action.WAITING,
        because=CONSENT,
        says="/metadata/team",
        paths=BOTH,
    ),
    Row(
        reason="who consented is not asked",
        live=MORE,
        spec={"adoption": "Overwrite"},
        action=Action.CHANGE,
        paths=BOTH,
    ),
    Row(reason="an adopted pool is put right", live=MORE, status=ADOPTED, action=Action.CHANGE, paths=BOTH),
    Row(
        reason="whether it is adopted is not known",
        live=MORE,
        known=False,
        action=Action.CHANGE,
        notes="the first write needs consent",
        paths=BOTH,
    ),
    Row(reason="not known, and nothing would go", known=False, action=Action.CHANGE, paths=OWNER),
    Row(
        reason="not known, and consent is given",
        live=MORE,
        known=False,
        spec={"adoption": "Overwrite"},
        action=Action.CHANGE,
        paths=BOTH,
    ),
    Row(
        reason="only watched",
        live=MORE,
        spec={"mode": "Observe"},
        action=Action.LEFT_ALONE,
        because="Observed",
        says="differs; mode Observe, nothing is written",
        paths=BOTH,
    ),
    Row(
        reason="to be approved",
        spec={"mode": "Approve"},
        action=Action.WAITING,
        because="AwaitingApproval",
        says="waits for approval",
        paths=OWNER,
    ),
    Row(
        reason="suspended, and differs",
        spec={"suspend": True},
        action=Action.LEFT_ALONE,
        says="would change",
        paths=OWNER,
    ),
    Row(
        reason="suspended, and equal",
        live=MINE,
        spec={"suspend": True},
        action=Action.IN_SYNC,
        because="InSync",
        notes="suspended",
    ),
    Row(reason="on its way out", state="deleting", action=Action.BLOCKED, because="PoolDeleting"),
    Row(
        reason="what this version cannot carry",
        version="2025-06-01",
        properties={"targetNodeCommunicationMode": "classic"},
        action=Action.BLOCKED,
        because="UnsupportedProperty",
        says="spec.properties.targetNodeCommunicationMode",
    ),
    Row(
        reason="a pointer to nothing",
        spec={"ignore": ["/startTask/nonsense"]},
        action=Action.BLOCKED,
        because="InvalidProperties",
        says="spec.ignore[0]",
    ),
    Row(
        reason="what the API's types do not allow",
        properties={"startTask": {"commandLine": "x", "maxTaskRetryCount": 1.0}},
        action=Action.BLOCKED,
        because="InvalidProperties",
        says="spec.properties.startTask.maxTaskRetryCount",
    ),
]


def look(row: Row) -> PoolPlan:
    subject = Subject(
        pool(row.properties, status=row.status, **row.spec),
        known=row.known,
        resolved=Resolved(row.properties),
        live=live(row.live, state=row.state),
        account=account(row.version),
    )
    return pool_plan(subject)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.reason)
def test_the_verdict_is_the_operators_decision(row: Row) -> None:
    found = look(row)
    assert (found.action, found.reason) == (row.action, row.because)
    assert row.says in found.message
    assert row.notes in " ".join(found.notes)
    assert bool(found.notes) == bool(row.notes)
    assert tuple(change.path for change in found.changes) == row.paths


def test_what_the_service_made_of_the_last_write_is_no_difference() -> None:
    stored = judged(canonical({}), canonical(THEIRS), canonical(MINE))
    row = Row(reason="restated", status=Known(HERE, adopted=True, stored=stored).told, action=Action.IN_SYNC)
    assert look(row).action is Action.IN_SYNC
    elsewhere = replace(HERE, created="another")
    other = Row(reason="", status=Known(elsewhere, adopted=True, stored=stored).told, action=Action.CHANGE)
    assert look(other).action is Action.CHANGE


def test_values_stand_on_the_side_on_which_they_are() -> None:
    (owner, team) = look(Row(reason="", live=MORE, status=ADOPTED, action=Action.CHANGE)).changes
    assert (owner.op, owner.live, owner.desired) == ("replace", "you", "me")
    assert (team.op, team.live, team.desired) == ("remove", "vfx", None)


PLANTED = SecretText("sekret-of-the-environment")
UNREAD = SecretText("\0unread 0")
REFERENCE = Reference("spec.properties.startTask.environmentSettings[0].valueFrom", "creds", "token", write_only=False)


def task(value: str, *, file: str = "https://x.example/a.sh", **more: Any) -> dict[str, Any]:
    files = [{"httpUrl": file, "filePath": "a.sh"}]
    settings = [{"name": "TOKEN", "value": value}]
    return {"startTask": {"commandLine": "x", "environmentSettings": settings, "resourceFiles": files, **more}}


def with_secret(resolved: Resolved, there: dict[str, Any], *, known: bool = True) -> PoolPlan:
    subject = Subject(pool({}, status=ADOPTED), known=known, resolved=resolved, live=live(there), account=account())
    return pool_plan(subject)


def test_a_value_that_was_not_read_is_said_and_is_no_difference() -> None:
    resolved = Resolved(task(UNREAD), unread={UNREAD: (REFERENCE, "there is no cluster to read it from")})
    found = with_secret(resolved, task("anything"))
    assert (found.action, found.changes) == (Action.IN_SYNC, ())
    (told,) = map(str, found.not_compared)
    assert told == (
        "not compared: the value at /startTask/environmentSettings/TOKEN/value comes from Secret lab/creds, key token, "
        "which was not read (there is no cluster to read it from)"
    )


def test_a_missing_item_is_a_difference_though_its_value_was_not_read() -> None:
    resolved = Resolved(task(UNREAD), unread={UNREAD: (REFERENCE, "")})
    found = with_secret(resolved, {"startTask": {**task("")["startTask"], "environmentSettings": []}})
    assert [(one.op, one.path) for one in found.changes] == [("add", "/startTask/environmentSettings")]
    assert "unread" not in str(found)


def test_other_differences_beside_a_value_that_was_not_read_are_told() -> None:
    resolved = Resolved(task(UNREAD), unread={UNREAD: (REFERENCE, "")})
    found = with_secret(resolved, task("anything", maxTaskRetryCount=3))
    assert [one.path for one in found.changes] == ["/startTask/maxTaskRetryCount"]


@pytest.mark.parametrize(
    "there",
    [
        pytest.param(task(PLANTED.plain()), id="where it belongs"),
        pytest.param(task("x", file=f"https://x.example/{PLANTED.plain()}/a.sh"), id="in the path of a URL"),
        pytest.param(task("x", commandLine=f"run --token={PLANTED.plain()}"), id="in a command line"),
        pytest.param(metadata(note=PLANTED.plain()), id="in metadata"),
        pytest.param({}, id="nowhere yet"),
    ],
)
def test_a_value_from_a_secret_is_shown_nowhere_wherever_it_is_live(there: dict[str, Any]) -> None:
    file = SecretText("https://store.example/sekret-path/a.sh")
    found = with_secret(Resolved(task(PLANTED, file=file), values=frozenset({PLANTED, file})), there)
    assert "sekret" not in repr(found)
    assert found.changes


def test_of_a_pool_that_uses_secrets_no_live_value_is_shown_that_may_be_an_older_one() -> None:
    old = "https://store.example/older-sekret/a.sh"
    file = SecretText("https://store.example/a.sh")
    found = with_secret(Resolved(task("x", file=file), values=frozenset({file})), task("x", file=old))
    (change,) = found.changes
    assert change.unseen
    assert "sekret" not in repr(found)


@pytest.mark.parametrize("password", ["written-down", UNREAD])
def test_a_password_that_the_service_never_shows_is_no_difference_where_nothing_is_known(password: str) -> None:
    registry = {"username": "me", "password": password, "registryServer": "r.example"}
    properties = {"startTask": {"commandLine": "x", "containerSettings": {"imageName": "x:1", "registry": registry}}}
    reference = Reference("spec.properties...registry.passwordFrom", "creds", "password", write_only=True)
    resolved = Resolved(properties, unread={UNREAD: (reference, "")} if password is UNREAD else {})
    found = with_secret(resolved, properties, known=False)
    assert (found.action, found.changes) == (Action.IN_SYNC, ())


def test_forms_are_not_changed_by_being_shown() -> None:
    there = live(task(PLANTED.plain()))
    pool_plan(Subject(pool({}), known=True, resolved=Resolved(task(PLANTED)), live=there, account=account()))
    assert there.form == canonical(task(PLANTED.plain()))
