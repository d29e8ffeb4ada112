"""Findings with what a row is about."""

from __future__ import annotations

from typing import Any

from poolkeeper.domain.resources import Key
from poolkeeper.manifests.documents import Place
from poolkeeper.manifests.objects import Manifest
from poolkeeper.plan.report import Action, Change, PlanReport, PoolPlan, ReportedPool
from poolkeeper.readonly.secrets import NotCompared


def manifest(name: str = "rendering", *, namespace: str = "team", document: int = 1, **spec: Any) -> Manifest:
    full = {"accountRef": {"name": "research"}, "poolID": name, "properties": {}, **spec}
    return Manifest("BatchPool", Key(namespace, name), Place("pools.yaml", document), full, {})


def finding(
    action: Action,
    *changes: Change,
    name: str = "rendering",
    message: str = "would change",
    notes: tuple[str, ...] = (),
    not_compared: tuple[NotCompared, ...] = (),
) -> ReportedPool:
    outlook = PoolPlan(action, message, changes=changes, notes=notes, not_compared=not_compared)
    return ReportedPool(manifest(name), outlook, account="team/research", host="research.westeurope.batch.azure.com")


OWNER = Change("replace", "/metadata/owner", "somebody", "me")
TOKEN = NotCompared(
    "/startTask/environmentSettings/TOKEN/value", "team/creds", "token", "there is no cluster to read it from"
)


def some() -> PlanReport:
    """One that would change, one in sync, one that is not there."""
    return PlanReport(
        (
            finding(
                Action.CHANGE, OWNER, Change("remove", "/startTask", '{"commandLine": "x"}'), not_compared=(TOKEN,)
            ),
            finding(Action.IN_SYNC, name="quiet", message="in sync"),
            finding(Action.ERROR, name="gone", message="the pool does not exist"),
        )
    )
