"""What is known of a pool from before, and how a status keeps it.

All of it holds for one address. The version that was sent holds for the pool, however it is seen: what the service
never shows does not depend on how the rest is compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolkeeper.domain.diff.write_only import DesiredVersion
from poolkeeper.domain.failures import CertificateRetired, InvalidProperties
from poolkeeper.domain.known.address import Address
from poolkeeper.domain.known.stored import Stored
from poolkeeper.domain.redaction.mask import Mask
from poolkeeper.domain.resources import BatchAccount
from poolkeeper.domain.schema.canonical import Form
from poolkeeper.domain.secret_text import SecretText
from poolkeeper.domain.status_types import PoolStatus, RefusalFields, VersionFields

FIELDS = ("address", "adopted", "lastSync", "refusal", "storedDifferently")
"""Of a status: what stands in them is this module's."""

_MOST_MESSAGE = 2048
"""Characters of what the service said."""


_KINDS: dict[str, type[InvalidProperties]] = {kind.reason: kind for kind in (InvalidProperties, CertificateRetired)}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A body that the service will not take: it ends with another body, another account, or a person's request."""

    digest: str
    """Of the body, as `body_digest` makes it."""
    desired_version: DesiredVersion
    account: str
    """`account_version` of the account that it was sent to."""
    failure: InvalidProperties

    @property
    def told(self) -> RefusalFields:
        """For a status."""
        return {
            "digest": self.digest,
            **version_told(self.desired_version),
            "account": self.account,
            "reason": self.failure.reason,
            "message": self.failure.cause[:_MOST_MESSAGE],
        }

    @classmethod
    def in_status(cls, value: Any) -> Refusal | None:
        """The one that a status tells of, if it is one."""
        desired_version = version_in(value)
        match value:
            case {"digest": str(digest), "account": str(account), "reason": str(reason), "message": str(message)}:
                kind = _KINDS.get(reason)
                return (
                    None
                    if kind is None or desired_version is None
                    else cls(digest, desired_version, account, kind(message))
                )
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Known:
    """One pool's, immutable: each step makes another."""

    address: Address
    adopted: bool = False
    """The resource has been in sync with this pool once, or has written to it."""
    synced: DesiredVersion | None = None
    """The newest that has been in sync; a difference to it is drift, not a change of the manifest or of a Secret."""
    sent: DesiredVersion | None = None
    """What was last written."""
    refusal: Refusal | None = None
    stored: Stored | None = None

    @classmethod
    def in_status(cls, status: Mapping[str, Any], address: Address) -> Known:
        """What a status tells of the pool at this address: nothing, when it speaks of another."""
        told = Address.in_status(status)
        sent = sent_version(status) if address.same_pool(told) else None
        if told != address:
            return cls(address, sent=sent)
        return cls(
            address,
            adopted=status.get("adopted") is True,
            synced=version_in(status.get("lastSync")),
            sent=sent,
            refusal=Refusal.in_status(status.get("refusal")),
            stored=Stored.in_status(status.get("storedDifferently")),
        )

    @property
    def told(self) -> PoolStatus:
        """The fields of a status that keep it; `sent` stands in `lastWrite`."""
        fields: PoolStatus = {"address": self.address.told}
        if self.adopted:
            fields["adopted"] = True
        if self.synced is not None:
            fields["lastSync"] = version_told(self.synced)
        if self.refusal is not None:
            fields["refusal"] = self.refusal.told
        stored = None if self.stored is None else self.stored.told
        if stored is not None:
            fields["storedDifferently"] = stored
        return fields

    def moved_to(self, address: Address) -> Known:
        """What of it holds at another address."""
        if address == self.address:
            return self
        return Known(address, sent=self.sent if address.same_pool(self.address) else None)

    def in_sync(self, desired_version: DesiredVersion) -> Known:
        """The pool is as this version asks."""
        return replace(self, synced=desired_version, adopted=True, refusal=None)

    def forgiven(self) -> Known:
        """Somebody asks for another try: nothing that kept from writing is remembered."""
        lost = self.stored is not None and bool(self.stored.lost)
        return replace(self, refusal=None, stored=None if lost else self.stored)


def body_digest(form: Form, *, hidden: frozenset[SecretText]) -> str:
    """A name for what is sent, made without any value that may be secret."""
    safe = Mask(hidden, guarded=True).form(form)
    material = json.dumps(safe, sort_keys=True, default=str).encode()
    return hashlib.blake2b(material, digest_size=16).hexdigest()


def account_version(account: BatchAccount) -> str:
    """Changes whenever somebody changes the account."""
    return f"{account.uid}/{account.generation}"


def version_told(desired_version: DesiredVersion) -> VersionFields:
    """A version in a status."""
    fields: VersionFields = {"generation": desired_version.generation}
    if desired_version.secrets:
        fields["secretVersions"] = dict(desired_version.secrets)
    return fields


def version_in(value: Any) -> DesiredVersion | None:
    """The version that a field of a status tells of, if it is one."""
    match value:
        case {"generation": int(generation), **rest}:
            return DesiredVersion(generation, _versions(rest.get("secretVersions")))
        case _:
            return None


def sent_version(status: Mapping[str, Any]) -> DesiredVersion | None:
    """The version that was last written, according to a status."""
    match status.get("lastWrite"):
        case {"generation": int(generation)}:
            return DesiredVersion(generation, _versions(status.get("secretVersions")))
        case _:
            return None


def _versions(value: Any) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {name: version for name, version in value.items() if isinstance(name, str) and isinstance(version, str)}
