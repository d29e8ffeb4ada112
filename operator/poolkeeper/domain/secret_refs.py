"""Values that a manifest takes from Secrets: where it names them, and the properties with them filled in.

The shape is that of Kubernetes: `valueFrom: {secretKeyRef: {name, key}}` in place of `value`. Which fields may be given
so stands in the table of properties. A Secret is always one of the resource's own namespace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolkeeper.domain.failures import InvalidSpec, SecretNotFound
from poolkeeper.domain.resources import BatchPool, Key
from poolkeeper.domain.schema.lists import AtomicList, MapList
from poolkeeper.domain.schema.pointers import pointer_of
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType, String
from poolkeeper.domain.secret_text import SecretText

Json = Any

ENDING = "From"

_MOST_NAMED = 5
"""References in one message."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One value that comes from a Secret."""

    path: str
    """In the manifest: `spec.properties.startTask.environmentSettings[0].valueFrom`."""
    secret: str
    key: str
    write_only: bool
    """The service never shows the value again, so a change of it cannot be seen in the pool."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A Secret as it was read."""

    version: str
    """Its resourceVersion."""
    values: Mapping[str, SecretText]
    """Those that are text, by key."""
    binary: frozenset[str] = frozenset()
    """The keys whose values are not UTF-8."""


def references(properties: Mapping[str, Any]) -> tuple[Reference, ...]:
    """Every value that the manifest takes from a Secret. Raises InvalidSpec for a reference that is none."""
    found: list[Reference] = []

    def note(reference: Reference) -> str:
        found.append(reference)
        return ""

    _filled(PROPERTIES, properties, path="spec.properties", value_of=note)
    return tuple(found)


def uses_secrets(pool: BatchPool) -> bool:
    """Whether values of this pool come from Secrets, or came when it was last written."""
    try:
        return bool(pool.status.get("secretVersions")) or (pool.may_name_secrets and bool(references(pool.properties)))
    except InvalidSpec:
        # Whatever was meant by it: better hidden once too often.
        return True


def resolved(properties: Mapping[str, Any], value_of: Callable[[Reference], str]) -> dict[str, Any]:
    """The properties in the wire form, with `value_of(reference)` wherever the manifest names a Secret."""
    filled: dict[str, Any] = _filled(PROPERTIES, properties, path="spec.properties", value_of=value_of)
    return filled


def with_secrets(properties: Mapping[str, Any], secrets: Mapping[str, Secret], *, namespace: str) -> dict[str, Any]:
    """The properties with the values of these Secrets (by name; those that do not exist are not among them).

    Raises SecretNotFound that names every Secret and key that is missing, and what it is needed for.
    """
    missing: list[str] = []

    def value_of(reference: Reference) -> str:
        secret, name = secrets.get(reference.secret), Key(namespace, reference.secret)
        if secret is None:
            missing.append(f"there is no Secret {name}, whose key {reference.key} is wanted for {reference.path}")
        elif reference.key in secret.binary:
            missing.append(f"key {reference.key} of Secret {name}, wanted for {reference.path}, is not UTF-8 text")
        elif reference.key not in secret.values:
            missing.append(f"Secret {name} has no key {reference.key}, which is wanted for {reference.path}")
        else:
            return secret.values[reference.key]
        return ""

    filled = resolved(properties, value_of)
    if missing:
        raise SecretNotFound(_listed(missing))
    return filled


def secret_texts(value: Json) -> Iterator[SecretText]:
    """Every value from a Secret in a body."""
    if isinstance(value, SecretText):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from secret_texts(inner)


def secret_places(form: Any, at: str = "") -> Iterator[str]:
    """The pointers of a canonical form at which a value from a Secret stands."""
    if isinstance(form, SecretText):
        yield at
    elif isinstance(form, Mapping):
        for name, inner in form.items():
            yield from secret_places(inner, at + pointer_of([name]))


def _listed(things: Sequence[str]) -> str:
    more = f", and {len(things) - _MOST_NAMED} more" if len(things) > _MOST_NAMED else ""
    return "; ".join(things[:_MOST_NAMED]) + more


def _filled(kind: SchemaType, value: Json, *, path: str, value_of: Callable[[Reference], str]) -> Json:
    match kind:
        case Object(fields=fields) if isinstance(value, Mapping):
            out: dict[str, Json] = {}
            for name, given in value.items():
                if given is None:
                    # What leaving it out means, whatever stands beside it.
                    continue
                field = fields.get(name)
                plain = name.removesuffix(ENDING)
                source = fields.get(plain)
                if field is not None:
                    out[name] = _filled(field, given, path=f"{path}.{name}", value_of=value_of)
                elif isinstance(source, String) and source.secret:
                    if value.get(plain) is not None:
                        raise InvalidSpec(f"{path}.{name}", f"cannot stand beside {plain}")
                    found = value_of(_reference(given, f"{path}.{name}", write_only=source.write_only))
                    out[plain] = _one_line(found) if source.one_line else found
                else:
                    # Not ours to judge: what is no property of the API is refused when the body is made.
                    out[name] = given
            return out
        case MapList(item=item) | AtomicList(item=item) if isinstance(value, list):
            return [_filled(item, one, path=f"{path}[{at}]", value_of=value_of) for at, one in enumerate(value)]
        case _:
            return value


def _one_line(value: str) -> str:
    return SecretText(value.plain().rstrip("\r\n")) if isinstance(value, SecretText) else value.rstrip("\r\n")


def _reference(given: Json, path: str, *, write_only: bool) -> Reference:
    match given:
        case {"secretKeyRef": {"name": str(name), "key": str(key)}}:
            return Reference(path, name, key, write_only)
        case _:
            raise InvalidSpec(path, "must be {secretKeyRef: {name: ..., key: ...}}")
