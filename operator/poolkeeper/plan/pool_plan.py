"""What the operator would do about one pool: its own decision, in words for somebody who has not let it run yet.

Nothing here reads or writes. What a cluster's status tells (adopted, what was last written) is used as the operator
would use it after a restart. Without it, whether the pool has been adopted is unknown: the pool is judged as adopted,
and a note says what the first write would ask for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from poolkeeper.domain.decision.plan import Blocked, Decision, Desired, History, InSync, ReportOnly, Update, plan
from poolkeeper.domain.diff.drift import Difference, paths_of
from poolkeeper.domain.diff.removals import removals
from poolkeeper.domain.diff.summary import in_words, ordered
from poolkeeper.domain.enums import Mode
from poolkeeper.domain.failures import AwaitingApproval, Failure, InvalidSpec, RemovalNeedsConsent, UnsupportedProperty
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.redaction.display import shown
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.resources import BatchAccount, BatchPool
from poolkeeper.domain.schema.pointers import MISSING, value_at
from poolkeeper.engine.pools.decide import decide
from poolkeeper.engine.pools.state import PoolState
from poolkeeper.plan.report import Action, Change, PoolPlan
from poolkeeper.readonly.secrets import NotCompared, Resolved, placeholders


@dataclass(frozen=True, slots=True)
class Subject:
    """One pool, with everything that a decision rests on."""

    pool: BatchPool
    """Its status is that of the cluster, where there is one."""
    known: bool
    """Whether that status is known; a pool that the cluster does not have yet is known not to be adopted."""
    resolved: Resolved
    live: LivePool
    account: BatchAccount


def pool_plan(subject: Subject) -> PoolPlan:
    """What the operator would do."""
    pool, resolved = subject.pool, subject.resolved
    uses_secrets = bool(resolved.values or resolved.unread or pool.status.get("secretVersions"))
    mask = Mask(resolved.values, guarded=uses_secrets)
    try:
        decided = decide(
            pool,
            subject.live,
            account=subject.account,
            properties=resolved.properties,
            secrets=resolved.versions,
            state=PoolState.of(pool),
            now=0.0,
            adopted=None if subject.known else True,
        )
    except (InvalidSpec, UnsupportedProperty) as failure:
        return PoolPlan(Action.BLOCKED, mask.words(failure.message), failure.reason)
    decision, desired, history = decided.decision, decided.desired, decided.history
    differences = _compared(decision, subject, desired)
    found = _in_words(decision, differences, pool)
    changes = _changes(differences, subject.live, desired, mask)
    not_compared = tuple(resolved.not_compared(placeholders(desired.form), namespace=pool.key.namespace))
    notes = (
        *found.notes,
        *_consent_note(subject, desired, history),
        *_unshown_note(decision, differences, not_compared),
    )
    found = replace(found, message=mask.words(found.message), changes=changes, not_compared=not_compared, notes=notes)
    return _suspended(found) if pool.suspended else found


def _compared(decision: Decision, subject: Subject, desired: Desired) -> tuple[Difference, ...]:
    """The differences, without those that only a value which nobody read makes."""
    if isinstance(decision, InSync):
        return ()
    unread = {placeholder.plain() for placeholder in subject.resolved.unread}
    places = {pointer for text, pointer in placeholders(desired.form).items() if text in unread}
    blind = not subject.known or any(reference.write_only for reference, _ in subject.resolved.unread.values())
    return tuple(
        one
        for one in decision.differences
        if not (one.op == "replace" and one.path in places)
        # What the service never shows is sent again when it was not the last that was sent, which is not known.
        and not (blind and _nowhere(one, subject.live, desired))
    )


def _nowhere(difference: Difference, live: LivePool, desired: Desired) -> bool:
    return all(value_at(form, difference.path) is MISSING for form in (live.form, desired.form))


def _in_words(decision: Decision, differences: tuple[Difference, ...], pool: BatchPool) -> PoolPlan:
    if isinstance(decision, Blocked) and not isinstance(decision.failure, RemovalNeedsConsent | AwaitingApproval):
        return PoolPlan(Action.BLOCKED, decision.failure.message, decision.failure.reason)
    if not differences:
        return PoolPlan(Action.IN_SYNC, "in sync", Reason.InSync)
    match decision:
        case ReportOnly():
            return PoolPlan(Action.LEFT_ALONE, "differs; mode Observe, nothing is written", Reason.Observed)
        case Blocked(RemovalNeedsConsent() as failure):
            return PoolPlan(Action.WAITING, _consent(failure, differences, pool), failure.reason)
        case Blocked(failure):
            return PoolPlan(Action.WAITING, "waits for approval, mode Approve", failure.reason)
        case Update() | InSync():
            return PoolPlan(Action.CHANGE, "would change")


def _consent(failure: Failure, differences: tuple[Difference, ...], pool: BatchPool) -> str:
    going = in_words(paths_of(removals(differences, pool.properties)))
    return f"waits for consent: the first write would remove {going}; {failure.advice}"


def _consent_note(subject: Subject, desired: Desired, history: History) -> tuple[str, ...]:
    if subject.known or subject.pool.mode is Mode.OBSERVE:
        return ()
    decision = plan(subject.pool, desired, subject.live, history=replace(history, adopted=False), now=0.0)
    if not isinstance(decision, Blocked) or not isinstance(decision.failure, RemovalNeedsConsent):
        return ()
    going = in_words(paths_of(removals(decision.differences, subject.pool.properties)))
    unless = "the first write needs consent, unless the operator has been in sync with this pool before"
    return (f"{unless}: it would remove {going}; {decision.failure.advice}",)


def _unshown_note(
    decision: Decision, differences: tuple[Difference, ...], not_compared: tuple[NotCompared, ...]
) -> tuple[str, ...]:
    if isinstance(decision, InSync):
        return ()
    told = {one.path for one in not_compared}
    left = [one.path for one in decision.differences if one not in differences and one.path not in told]
    return tuple(f"not compared: the service never shows {path}" for path in left)


def _changes(differences: tuple[Difference, ...], live: LivePool, desired: Desired, mask: Mask) -> tuple[Change, ...]:
    return tuple(
        Change(
            one.op,
            mask.words(one.path),
            live=shown(live.form, one.path, mask=mask) if one.op != "add" else None,
            desired=shown(desired.form, one.path, mask=mask) if one.op != "remove" else None,
        )
        for one in ordered(differences)
    )


def _suspended(found: PoolPlan) -> PoolPlan:
    if found.action not in {Action.CHANGE, Action.WAITING, Action.LEFT_ALONE}:
        return replace(found, notes=(*found.notes, "suspended: the operator reads and sends nothing"))
    message = f"suspended: the operator reads and sends nothing; otherwise: {found.message}"
    return replace(found, action=Action.LEFT_ALONE, message=message)
