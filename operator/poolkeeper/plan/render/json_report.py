"""The plan for programs: JSON of a documented shape (docs/plan.md), whose `apiVersion` changes when it does."""

from __future__ import annotations

import json
from typing import Any

from poolkeeper.manifests.documents import Problem
from poolkeeper.plan.report import Action, Change, PlanReport, ReportedPool

API_VERSION = "plan.poolkeeper.dev/v1alpha1"

_COUNTS = {
    Action.CHANGE: "change",
    Action.IN_SYNC: "inSync",
    Action.WAITING: "waiting",
    Action.LEFT_ALONE: "leftAlone",
    Action.BLOCKED: "blocked",
    Action.ERROR: "error",
}


def machine(findings: PlanReport) -> str:
    """Indented, keys in a fixed order, with a final newline."""
    counts = findings.counts
    document = {
        "apiVersion": API_VERSION,
        "kind": "Plan",
        "exitCode": findings.exit_code,
        "summary": {name: counts[action] for action, name in _COUNTS.items()},
        "pools": [_pool(finding) for finding in findings.pools],
        "problems": [_problem(problem) for problem in findings.problems],
    }
    return json.dumps(document, indent=2) + "\n"


def _pool(finding: ReportedPool) -> dict[str, Any]:
    manifest, outlook = finding.manifest, finding.outlook
    return {
        "namespace": manifest.key.namespace,
        "name": manifest.key.name,
        "file": manifest.place.file,
        "document": manifest.place.document,
        "poolID": finding.pool_id,
        "account": finding.account,
        "host": finding.host,
        "verdict": outlook.action,
        "reason": outlook.reason,
        "message": outlook.message,
        "changes": [_change(change) for change in outlook.changes],
        "notCompared": [
            {"path": one.path, "secret": one.secret, "key": one.key, "why": one.why} for one in outlook.not_compared
        ],
        "notes": list(outlook.notes),
    }


def _change(change: Change) -> dict[str, str]:
    sides = {"live": change.live, "desired": change.desired}
    return {"op": change.op, "path": change.path, **{name: value for name, value in sides.items() if value is not None}}


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "file": problem.file,
        "document": problem.document,
        "object": problem.object,
        "field": problem.field,
        "message": problem.message,
    }
