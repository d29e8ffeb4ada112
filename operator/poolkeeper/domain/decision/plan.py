"""What to do about a pool: a pure decision. The first row that fits decides.

    live pool | differs | and                                          | decision
    ----------+---------+----------------------------------------------+------------------------------
    deleting  | -       | -                                            | Blocked: PoolDeleting
    active    | no      | nothing is unsent, or mode Observe           | InSync
    active    | yes     | mode Observe                                 | ReportOnly
    active    | either  | never in sync, Guard, something would go     | Blocked: RemovalNeedsConsent
    active    | either  | it would take a registry's password away     | Blocked: UnsupportedProperty
    active    | either  | this body was refused before                 | Blocked: InvalidProperties
    active    | yes     | as after a write that was not stored         | Blocked: NotStored
    active    | either  | a differing path was put right too often     | Blocked: Flapping
    active    | either  | mode Approve, this very plan is not approved | Blocked: AwaitingApproval
    active    | either  | -                                            | Update with the full body

"Differs" is against the desired state. Where the live pool differs from it only as the service stored our last write in
other words, it does not count; but whenever there is a decision to write, its differences are all that the body will
change, and nothing less. "Unsent" is what the service never shows (a registry's password), where another version than
this one was sent last. A pool that does not exist never gets here: reading it raised PoolNotFound.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from poolkeeper.domain.decision.approval import plan_hash
from poolkeeper.domain.decision.flaps import Flaps
from poolkeeper.domain.decision.unsendable import registry_without_password
from poolkeeper.domain.diff.drift import Difference, drift, paths_of
from poolkeeper.domain.diff.ignore import carry, check_pointers
from poolkeeper.domain.diff.removals import removals
from poolkeeper.domain.diff.summary import MOST_CHARACTERS, in_words, ordered
from poolkeeper.domain.diff.write_only import DesiredVersion, unsent
from poolkeeper.domain.enums import Adoption, LiveState, Mode
from poolkeeper.domain.failures import (
    AwaitingApproval,
    Failure,
    Flapping,
    NotStored,
    PoolDeleting,
    RemovalNeedsConsent,
)
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.stored import Stored
from poolkeeper.domain.observation import LivePool
from poolkeeper.domain.redaction.display import shown
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.redaction.visible import visible
from poolkeeper.domain.resources import APPROVE, BatchPool
from poolkeeper.domain.schema.api_versions import carried, check_carried
from poolkeeper.domain.schema.canonical import Form, canonical, filled, full_body
from poolkeeper.domain.schema.pointers import MISSING, value_at
from poolkeeper.domain.secret_refs import secret_texts, uses_secrets
from poolkeeper.domain.secret_text import SecretText


@dataclass(frozen=True, slots=True)
class Desired:
    """What the manifest asks for, in both forms."""

    form: Form
    body: dict[str, Any]
    secrets: Mapping[str, str] = field(default_factory=dict)
    """The resourceVersions of the Secrets whose values are in it, by name."""

    @property
    def hidden(self) -> frozenset[SecretText]:
        """The values from Secrets, which may not be shown wherever they stand."""
        return frozenset(secret_texts(self.body)) if self.secrets else frozenset()

    @classmethod
    def of(
        cls,
        properties: Mapping[str, Any],
        *,
        version: str,
        ignore: Sequence[str] = (),
        live: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> Desired:
        """What a manifest asks for (values from Secrets filled in), with what is `live` wherever `ignore` points.

        Raises InvalidSpec for what the API's types do not allow, UnsupportedProperty for what the api-version lacks or
        what cannot be carried over whole.
        """
        check_carried(properties, version)
        check_pointers(ignore, canonical(live or {}) if ignore else None)
        body = filled(carry(full_body(properties), live or {}, ignore))
        return cls(form=carried(canonical(body), version), body=carried(body, version), secrets=secrets or {})


@dataclass(frozen=True, slots=True)
class History:
    """What is known from before, of the pool at this very address."""

    address: Address | None = None
    adopted: bool = False
    """The resource has been in sync with this pool once, or has written to it."""
    refusal: Failure | None = None
    """What the service said when this very body was sent."""
    stored: Stored | None = None
    """What the service made of the last write, where that was something else than was sent."""
    flaps: Flaps | None = None
    sent: DesiredVersion | None = None
    """The version that was last written."""


@dataclass(frozen=True, slots=True)
class InSync:
    """In sync: nothing to do."""


@dataclass(frozen=True, slots=True)
class ReportOnly:
    """Not in sync, and only to be told."""

    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Blocked:
    """Not in sync, and nothing may be sent."""

    failure: Failure
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Update:
    """Send `body`, which changes `differences`."""

    body: dict[str, Any]
    differences: tuple[Difference, ...]


Decision = InSync | ReportOnly | Blocked | Update


def plan(pool: BatchPool, desired: Desired, live: LivePool, *, history: History, now: float) -> Decision:
    """Decide; `now` is seconds of the clock that `history.flaps` goes by."""
    if live.row.state == LiveState.DELETING:
        return Blocked(PoolDeleting("the pool is being deleted"))
    differences = drift(live.form, desired.form)
    stored = (
        history.stored
        if history.stored is not None and history.stored.fits(live.form, desired.form, differences)
        else None
    )
    equal = not differences or (stored is not None and not stored.lost)
    if pool.mode is Mode.OBSERVE:
        return InSync() if equal else ReportOnly(differences)
    desired_version = DesiredVersion(pool.generation, desired.secrets)
    new = unsent(pool.properties, desired.body, desired_version=desired_version, sent=history.sent)
    if equal and not new:
        return InSync()
    differences += new
    failure = (
        _consent(pool, differences, live, history=history, hidden=desired.hidden)
        or (None if pool.adoption is Adoption.OVERWRITE else registry_without_password(desired.body, live.form))
        or history.refusal
        or not_stored(stored)
        or _flapping(differences, history.flaps, now=now)
        or _approval(pool, desired, live, address=history.address)
    )
    return Update(desired.body, differences) if failure is None else Blocked(failure, differences)


def not_stored(stored: Stored | None) -> NotStored | None:
    """The failure that a write which was not stored whole is."""
    if stored is None or not stored.lost:
        return None
    return NotStored(f"the service took the write and does not show {in_words(stored.lost)} as it was sent")


_BRIEF = 60
"""Characters of a value in a message of ten: what to do about it stands behind them, and must fit in."""

_MOST_THINGS = 10


def _consent(
    pool: BatchPool,
    differences: tuple[Difference, ...],
    live: LivePool,
    *,
    history: History,
    hidden: frozenset[SecretText],
) -> Failure | None:
    if history.adopted or pool.adoption is Adoption.OVERWRITE:
        return None
    going = removals(differences, pool.properties, live=live.form)
    if not going:
        return None
    mask = Mask(hidden, guarded=uses_secrets(pool))
    # Paths are copied into `ignore`: whole, or not at all.
    first = [one for one in ordered(going) if len(one.path) <= MOST_CHARACTERS][:_MOST_THINGS]
    things = ", ".join(
        f"{mask.words(visible(one.path))} = {(shown(live.form, one.path, mask=mask) or '')[:_BRIEF]}" for one in first
    )
    all_of_them = "" if len(first) == len(going) else f" and {in_words(paths_of(going), most=0)}"
    cause = f"the first write would remove what the manifest does not name: {things}{all_of_them}"
    nowhere = [pointer for pointer in pool.ignore if value_at(live.form, pointer) is MISSING]
    if nowhere:
        cause += f"; of spec.ignore, nothing is there at {in_words(nowhere)}"
    return RemovalNeedsConsent(cause)


def _flapping(differences: tuple[Difference, ...], flaps: Flaps | None, *, now: float) -> Failure | None:
    paths = [] if flaps is None else flaps.flapping(paths_of(differences), now=now)
    if flaps is None or not paths:
        return None
    often = f"{flaps.often(now=now)} times within {flaps.limit.window:g} s"
    return Flapping(f"corrected {often} and changed again: {in_words(paths)}", pause=flaps.pause(paths, now=now))


def _approval(pool: BatchPool, desired: Desired, live: LivePool, *, address: Address | None) -> Failure | None:
    if pool.mode is not Mode.APPROVE:
        return None
    wanted = plan_hash(pool, live.row.etag, desired.secrets, address=address)
    if pool.approved == wanted:
        return None
    where = f"-n {pool.key.namespace} batchpool/{pool.key.name}"
    how = f"kubectl annotate --overwrite {where} {APPROVE}={wanted}"
    void = (
        ""
        if pool.approved is None
        else f"the approval {pool.approved[:_BRIEF]} is for another plan: pool, manifest or Secret moved; "
    )
    return AwaitingApproval(f"{void}a plan waits in status.plan; approve it with {how}", plan=wanted)
