"""Findings with what a row is about."""

from __future__ import annotations

from typing import Any

from poolkeeper.domain.resources import Key
from poolkeeper.manifests.documents import Place
from poolkeeper.manifests.objects import Manifest
from poolkeeper.plan.report import Change, Finding, Findings, Outlook, Verdict
from poolkeeper.readonly.secrets import NotCompared


def manifest(name: str = "rendering", *, namespace: str = "team", document: int = 1, **spec: Any) -> Manifest:
    full = {"accountRef": {"name": "research"}, "poolID": name, "properties": {}, **spec}
    return Manifest("BatchPool", Key(namespace, name), Place("pools.yaml", document), full, {})


def finding(
    verdict: Verdict,
    *changes: Change,
    name: str = "rendering",
    message: str = "would change",
    notes: tuple[str, ...] = (),
    not_compared: tuple[NotCompared, ...] = (),
) -> Finding:
    outlook = Outlook(verdict, message, changes=changes, notes=notes, not_compared=not_compared)
    return Finding(manifest(name), outlook, account="team/research", host="research.westeurope.batch.azure.com")


OWNER = Change("replace", "/metadata/owner", "somebody", "me")
TOKEN = NotCompared(
    "/startTask/environmentSettings/TOKEN/value", "team/creds", "token", "there is no cluster to read it from"
)


def some() -> Findings:
    """One that would change, one in sync, one that is not there."""
    return Findings(
        (
            finding(
                Verdict.CHANGE, OWNER, Change("remove", "/startTask", '{"commandLine": "x"}'), not_compared=(TOKEN,)
            ),
            finding(Verdict.IN_SYNC, name="quiet", message="in sync"),
            finding(Verdict.ERROR, name="gone", message="the pool does not exist"),
        )
    )
