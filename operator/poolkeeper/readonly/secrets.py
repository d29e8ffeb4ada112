"""Where the values come from that no manifest holds: the account's key, and what pools take from Secrets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from poolkeeper.batch.auth.shared_key import ACCOUNT_KEY
from poolkeeper.domain.failures import ClusterUnavailable, SecretNotFound
from poolkeeper.domain.resources import Key
from poolkeeper.domain.schema.pointers import value_at
from poolkeeper.domain.secret_refs import Reference, Secret, references, resolved, secret_places
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.engine.ports import Secrets


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A value from a Secret that could not be read."""

    path: str
    """A pointer as in `Change`, or the place in the manifest where the service never shows the value."""
    secret: str
    """`team/credentials`."""
    key: str
    why: str

    def __str__(self) -> str:
        source = f"Secret {self.secret}, key {self.key}, which was not read"
        return f"not compared: the value at {self.path} comes from {source} ({self.why})"


class NotAtHand(SecretNotFound):
    """A Secret is needed, and there is nowhere to read it from."""

    advice = "set POOLKEEPER_ACCOUNT_KEY or --account-key-file, or name a cluster with --kubeconfig"


class NoSecrets:
    """Without a cluster there are none."""

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:  # noqa: ARG002 - the port's signature
        raise NotAtHand(f"Secret {key} cannot be read without a cluster")

    async def version(self, key: Key) -> str:
        return (await self.read(key, ())).version


class GivenKey:
    """The account's key from the environment or a file, whatever Secret is asked for."""

    def __init__(self, key: SecretText) -> None:
        self._key = key

    async def read(self, key: Key, wanted: Collection[str]) -> Secret:  # noqa: ARG002 - the port's signature
        return Secret(version="", values={ACCOUNT_KEY: self._key})

    async def version(self, key: Key) -> str:
        return (await self.read(key, ())).version


@dataclass(frozen=True, slots=True)
class Resolved:
    """The properties of a pool with the values from Secrets, as far as those could be read."""

    properties: Mapping[str, Any]
    versions: Mapping[str, str] = field(default_factory=dict)
    """resourceVersion by name of Secret."""
    values: frozenset[SecretText] = frozenset()
    unread: Mapping[SecretText, tuple[Reference, str]] = field(default_factory=dict)
    """By placeholder: what it stands for, and why it was not read."""

    def not_compared(self, places: Mapping[str, str], *, namespace: str) -> Iterator[NotCompared]:
        """What could not be compared; `places` are pointers by placeholder."""
        for placeholder, (reference, why) in self.unread.items():
            path = places.get(placeholder.plain(), reference.path)
            yield NotCompared(path, f"{namespace}/{reference.secret}", reference.key, why)


async def resolve(properties: Mapping[str, Any], secrets: Secrets | None, *, namespace: str) -> Resolved:
    """Read what the properties refer to; None is no cluster. Raises InvalidSpec for a reference that is none."""
    found: dict[str, Secret] = {}
    reasons: dict[str, str] = {}
    wanted: dict[str, set[str]] = {}
    for reference in references(properties):
        wanted.setdefault(reference.secret, set()).add(reference.key)
    for name in sorted(wanted):
        try:
            if secrets is None:
                reasons[name] = "there is no cluster to read it from"
            else:
                found[name] = await secrets.read(Key(namespace, name), wanted[name])
        except SecretNotFound as failure:
            reasons[name] = failure.cause
        except ClusterUnavailable as error:
            reasons[name] = str(error)
    values: set[SecretText] = set()
    unread: dict[SecretText, tuple[Reference, str]] = {}

    def value_of(reference: Reference) -> str:
        secret = found.get(reference.secret)
        if secret is not None and reference.key in secret.values:
            values.add(secret.values[reference.key])
            return secret.values[reference.key]
        why = reasons.get(reference.secret) or (
            "that key is not UTF-8 text" if secret and reference.key in secret.binary else "there is no such key"
        )
        # Each its own, so that it can be found again in the canonical form.
        placeholder = SecretText(f"\0unread {len(unread)}")
        unread[placeholder] = (reference, why)
        return placeholder

    filled = resolved(properties, value_of)
    versions = {name: secret.version for name, secret in found.items()}
    return Resolved(filled, versions, frozenset(values), unread)


def placeholders(form: Any) -> dict[str, str]:
    """Where texts from Secrets stand in a canonical form: pointers by plain text."""
    return {value_at(form, pointer).plain(): pointer for pointer in secret_places(form)}
