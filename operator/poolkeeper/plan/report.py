"""What a plan found: per pool an action with what it rests on, and what follows for the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from poolkeeper.manifests.documents import Problem
from poolkeeper.manifests.objects import Manifest
from poolkeeper.readonly.secrets import NotCompared


class Action(StrEnum):
    """What the operator would do about a pool."""

    IN_SYNC = "InSync"
    CHANGE = "Change"
    WAITING = "Waiting"
    """It would write, once somebody consents or approves."""
    LEFT_ALONE = "LeftAlone"
    """It differs, and the manifest says that nothing is to be written: mode Observe, or suspended."""
    BLOCKED = "Blocked"
    """It would write nothing, even with consent: the manifest or the pool has to change first."""
    ERROR = "Error"
    """What it would do could not be found out."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs; values as people may see them, None where nothing stands."""

    op: str
    path: str
    live: str | None = None
    desired: str | None = None

    @property
    def unseen(self) -> bool:
        """Whether the two sides look alike, because what differs is hidden, cut off, or never shown."""
        return self.op == "replace" and self.live == self.desired


@dataclass(frozen=True, slots=True)
class PoolPlan:
    """What the operator would do about one pool, and why."""

    action: Action
    message: str
    reason: str = ""
    """As the Ready condition would have it; empty where it would write, and for errors outside the Batch service."""
    changes: tuple[Change, ...] = ()
    not_compared: tuple[NotCompared, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedPool:
    """The outlook of one manifest."""

    manifest: Manifest
    outlook: PoolPlan
    account: str = ""
    """`team/research`; empty where flags name it, or nothing does."""
    host: str = ""
    """Of the account's endpoint; empty where it is not known."""

    @property
    def pool_id(self) -> str:
        """The pool that is meant."""
        return str(self.manifest.spec["poolID"])


@dataclass(frozen=True, slots=True)
class PlanReport:
    """Everything that one run has to say."""

    pools: tuple[ReportedPool, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def counts(self) -> Mapping[Action, int]:
        """How many of each; a manifest that cannot be planned counts as an error."""
        found = Counter(one.outlook.action for one in self.pools)
        objects = {(one.file, one.document, one.object) for one in self.problems}
        return {action: found[action] for action in Action} | {
            Action.ERROR: found[Action.ERROR] + len(objects),
        }

    @property
    def summary(self) -> str:
        """One line: `Plan: 2 to change, 1 in sync, 0 waiting, 1 error.`"""
        counts = self.counts
        errors = counts[Action.ERROR]
        parts = [
            f"{counts[Action.CHANGE]} to change",
            f"{counts[Action.IN_SYNC]} in sync",
            f"{counts[Action.WAITING]} waiting",
            *([f"{counts[Action.LEFT_ALONE]} left alone"] if counts[Action.LEFT_ALONE] else []),
            *([f"{counts[Action.BLOCKED]} blocked"] if counts[Action.BLOCKED] else []),
            f"{errors} error{'' if errors == 1 else 's'}",
        ]
        return f"Plan: {', '.join(parts)}."

    @property
    def exit_code(self) -> int:
        """0 nothing to do, 2 something to change or to decide, 1 something is wrong."""
        counts = self.counts
        if counts[Action.ERROR] or counts[Action.BLOCKED]:
            return 1
        return 2 if counts[Action.CHANGE] or counts[Action.WAITING] else 0
