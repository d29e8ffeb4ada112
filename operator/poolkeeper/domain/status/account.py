"""The status of a BatchAccount."""

from __future__ import annotations

from poolkeeper.domain.failures import Failure
from poolkeeper.domain.reasons import CONSEQUENCES, Reason
from poolkeeper.domain.resources import BatchAccount
from poolkeeper.domain.schema.api_versions import retirement
from poolkeeper.domain.status.conditions import Condition, ready_reason, with_conditions
from poolkeeper.domain.status.events import Event
from poolkeeper.domain.status_types import AccountStatus


def account_status(account: BatchAccount, failure: Failure | None, *, pools: int, now: str) -> AccountStatus:
    """What the account should show: `failure` is why it cannot be used, None when it answers."""
    if failure is None:
        marks = [Condition("Ready", "True", Reason.Reachable, f"{account.endpoint} answers")]
    else:
        reason = _reason(failure)
        marks = [Condition("Ready", "False", reason, failure.message)]
        consequence = CONSEQUENCES[failure.reason]
        if consequence.reconciling:
            marks.append(Condition("Reconciling", "True", reason, "Poolkeeper retries"))
        if consequence.stalled:
            marks.append(Condition("Stalled", "True", reason, f"Poolkeeper retries only {failure.retry.value}"))
    old = account.status.get("conditions", ())
    return {
        "observedGeneration": account.generation,
        "pools": pools,
        "conditions": with_conditions(old, marks, generation=account.generation, now=now),
    }


def account_events(account: BatchAccount, failure: Failure | None) -> list[Event]:
    """An event when the account begins to fail, fails otherwise, or is well again; none for a good beginning."""
    found = retirements(account)
    before = ready_reason(account.status)
    if failure is not None and before != _reason(failure):
        found.append(Event("Warning", _reason(failure), str(failure)))
    if failure is None and before not in {None, Reason.Reachable}:
        found.append(Event("Normal", Reason.Reachable, f"{account.endpoint} answers again"))
    return found


def retirements(account: BatchAccount) -> list[Event]:
    """A warning for a new generation whose api-version Azure will retire."""
    why = retirement(account.api_version)
    if why is None or account.status.get("observedGeneration") == account.generation:
        return []
    return [Event("Warning", "RetiringApiVersion", f"spec.apiVersion: {why}")]


def _reason(failure: Failure) -> Reason:
    # Of a whole account that does not answer, people ask where it is; of a pool, when it will be put right.
    return Reason.Unreachable if failure.reason is Reason.ServiceUnavailable else failure.reason
