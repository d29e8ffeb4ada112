"""The BatchPools and BatchAccounts among documents, checked, with defaults filled in, as the API server would.

What is wrong with one object is a problem of that object; the others are planned all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from poolkeeper.domain.durations import seconds
from poolkeeper.domain.resources import GROUP, VERSION, Key
from poolkeeper.manifests.crd_schema import faults, with_defaults
from poolkeeper.manifests.documents import Document, Place, Problem

Json = Any

KINDS = ("BatchPool", "BatchAccount")
API_VERSION = f"{GROUP}/{VERSION}"

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MOST_NAME = 253
_MOST_NAMESPACE = 63

_FIELDS = ("apiVersion", "kind", "metadata", "spec", "status")
_METADATA = (
    "annotations",
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "finalizers",
    "generateName",
    "generation",
    "labels",
    "managedFields",
    "name",
    "namespace",
    "ownerReferences",
    "resourceVersion",
    "selfLink",
    "uid",
)
"""Kubernetes' ObjectMeta."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object that the API server's schema would take."""

    kind: str
    key: Key
    place: Place
    spec: Mapping[str, Json]
    """With defaults."""
    annotations: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


@dataclass(slots=True)
class Manifests:
    """What the files hold for us."""

    pools: list[Manifest] = field(default_factory=list)
    accounts: dict[Key, Manifest] = field(default_factory=dict)
    broken: set[Key] = field(default_factory=set)
    """BatchAccounts that are in the files, but not as they should be: none from elsewhere may stand in for them."""
    problems: list[Problem] = field(default_factory=list)


def manifests(found: Iterable[Document | Problem], *, namespace: str) -> Manifests:
    """Sort documents out; `namespace` is for objects that name none."""
    result = Manifests()
    seen: dict[tuple[str, Key], list[Manifest]] = {}
    for one in found:
        if isinstance(one, Problem):
            result.problems.append(one)
            continue
        for body in _objects(one.body):
            reader = _Reader(body, one.place, namespace=namespace)
            read = reader.manifest()
            if read is not None:
                seen.setdefault((read.kind, read.key), []).append(read)
            elif reader.kind == "BatchAccount":
                result.broken.add(reader.key)
            result.problems += reader.problems
    for same in seen.values():
        if len(same) > 1:
            result.problems += [twice(each, same) for each in same]
            result.broken |= {each.key for each in same if each.kind == "BatchAccount"}
        elif same[0].kind == "BatchPool":
            result.pools.append(same[0])
        elif same[0].key not in result.broken:
            result.accounts[same[0].key] = same[0]
    return result


def twice(manifest: Manifest, same: Iterable[Manifest], what: str = "it is given") -> Problem:
    """The problem of one of several manifests that cannot all be meant."""
    others = ", ".join(f"{other} in {other.place}" for other in same if other is not manifest)
    place = manifest.place
    return Problem(place.file, f"{what} twice, also by {others}; keep one", place.document, str(manifest))


def _objects(body: Json) -> Iterator[Mapping[str, Json]]:
    """The objects of ours, also in a List of `kubectl get -o yaml`."""
    if not isinstance(body, Mapping):
        return
    version = body.get("apiVersion")
    if str(body.get("kind")).endswith("List") and isinstance(body.get("items"), list):
        for item in body["items"]:
            yield from _objects(item)
    elif isinstance(version, str) and version.partition("/")[0] == GROUP:
        yield body


class _Reader:
    """Reads one object; what is wrong with it is in `problems`."""

    def __init__(self, body: Mapping[str, Json], place: Place, *, namespace: str) -> None:
        self._body = body
        self._place = place
        self.problems: list[Problem] = []
        metadata = body.get("metadata")
        self._metadata: Mapping[str, Json] = metadata if isinstance(metadata, Mapping) else {}
        self.kind = str(body.get("kind"))
        self.key = Key(str(self._metadata.get("namespace") or namespace), str(self._metadata.get("name")))

    def manifest(self) -> Manifest | None:
        """The object, or None when it cannot be used."""
        body = self._body
        if self.kind not in KINDS:
            self._wrong(f"must be one of {', '.join(KINDS)}", "kind")
            return None
        if body["apiVersion"] != API_VERSION:
            self._wrong(f"must be {API_VERSION}", "apiVersion")
            return None
        for at, message in _about_metadata(self._metadata):
            self._wrong(message, at)
        for name in body:
            if name not in _FIELDS:
                self._wrong("is no field of this kind", str(name)[:_MOST_NAME])
        if "spec" not in body:
            self._wrong("is required", "spec")
            return None
        spec = with_defaults(self.kind, body["spec"])
        for fault in faults(self.kind, spec):
            self._wrong(fault.message, fault.field)
        if not self.problems and not _is_duration(spec.get("checkInterval")):
            self._wrong("must be hours, minutes and seconds, such as 30s, 5m or 1h30m", "spec.checkInterval")
        if self.problems:
            return None
        return Manifest(self.kind, self.key, self._place, spec, self._metadata.get("annotations") or {})

    def _wrong(self, message: str, at: str) -> None:
        known = f"{self.kind[:_MOST_NAME]} {self.key.namespace[:_MOST_NAME]}/{self.key.name[:_MOST_NAME]}"
        self.problems.append(Problem(self._place.file, message, self._place.document, known, at))


def _is_duration(text: str | None) -> bool:
    # CEL's business in the CRD, and the one rule without which a spec cannot even be read.
    try:
        return text is None or seconds(text) >= 1
    except ValueError:
        return False


def _about_metadata(metadata: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for field_ in metadata:
        if field_ not in _METADATA:
            yield f"metadata.{str(field_)[:_MOST_NAME]}", "is no field of this kind"
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if name is None:
        yield "metadata.name", "is required"
    elif not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _MOST_NAME:
        yield "metadata.name", "must be lower case letters, digits, '-' and '.'"
    if namespace and (
        not isinstance(namespace, str) or not _NAME.fullmatch(namespace) or len(namespace) > _MOST_NAMESPACE
    ):
        yield "metadata.namespace", "must be lower case letters, digits and '-'"
    for texts in ("annotations", "labels"):
        values = metadata.get(texts) or {}
        if not isinstance(values, Mapping) or not all(isinstance(value, str) for value in values.values()):
            yield f"metadata.{texts}", "must hold text only; put numbers and true in quotes"
