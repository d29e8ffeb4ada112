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
from poolkeeper.manifests.crd_schema import faults, nulls, with_defaults
from poolkeeper.manifests.documents import Document, Place, Problem

Json = Any

KINDS = ("BatchPool", "BatchAccount")
API_VERSION = f"{GROUP}/{VERSION}"

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MOST_NAME = 253
_MOST_NAMESPACE = 63
_MOST_NULLS = 3
"""Places in one note."""

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
    notes: tuple[str, ...] = ()
    """What somebody may not expect of it."""

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
            read = _read(body, one.place, namespace=namespace, result=result)
            if read is not None:
                seen.setdefault((read.kind, read.key), []).append(read)
    for same in seen.values():
        if len(same) > 1:
            result.problems += [twice(each, same) for each in same]
            result.broken |= {each.key for each in same if each.kind == "BatchAccount"}
        elif same[0].kind == "BatchPool":
            result.pools.append(same[0])
        elif same[0].key not in result.broken:
            result.accounts[same[0].key] = same[0]
    return result


def _read(body: Mapping[str, Json] | None, place: Place, *, namespace: str, result: Manifests) -> Manifest | None:
    if body is None:
        result.problems.append(Problem(place.file, "has a List in a List, which kubectl does not read", place.document))
        return None
    reader = _Reader(body, place, namespace=namespace)
    read = reader.manifest()
    if read is None and reader.kind == "BatchAccount":
        result.broken.add(reader.key)
    result.problems += reader.problems
    return read


def twice(manifest: Manifest, same: Iterable[Manifest], what: str = "it is given") -> Problem:
    """The problem of one of several manifests that cannot all be meant."""
    others = ", ".join(f"{other} in {other.place}" for other in same if other is not manifest)
    place = manifest.place
    return Problem(place.file, f"{what} twice, also by {others}; keep one", place.document, str(manifest))


def _objects(body: Json) -> Iterator[Mapping[str, Json] | None]:
    """The objects of ours, also in a List of `kubectl get -o yaml`; None for a List that is an item of another."""
    if not _is_list(body):
        if _is_ours(body):
            yield body
        return
    kind = str(body["kind"]).removesuffix("List")
    # The items of a BatchPoolList need not say again what they are.
    said = {"apiVersion": body.get("apiVersion"), "kind": kind} if kind else {}
    for item in body["items"]:
        if _is_list(item):
            yield None
        elif isinstance(item, Mapping):
            whole = {**said, **item}
            if _is_ours(whole):
                yield whole


def _is_list(body: Json) -> bool:
    return isinstance(body, Mapping) and str(body.get("kind")).endswith("List") and isinstance(body.get("items"), list)


def _is_ours(body: Json) -> bool:
    version = body.get("apiVersion") if isinstance(body, Mapping) else None
    return isinstance(version, str) and version.partition("/")[0] == GROUP


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
        annotations = self._metadata.get("annotations") or {}
        return Manifest(self.kind, self.key, self._place, spec, annotations, tuple(self._notes(body["spec"])))

    def _notes(self, spec: Json) -> Iterator[str]:
        found = nulls(self.kind, spec)
        if found:
            more = f" and {len(found) - _MOST_NULLS} more" if len(found) > _MOST_NULLS else ""
            yield f"null means left out, as for the API server: {', '.join(found[:_MOST_NULLS])}{more}"

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
