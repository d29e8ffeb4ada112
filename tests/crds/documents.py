"""Reads the manifests that show each rule: `manifests/<rule>/good.yaml` and `bad.yaml`.

A file may hold several documents. Each document of a bad file starts with a comment `# expect: <text>`: a part of the
API server's answer that names the field. A rule about changes has a `before.yaml` as well, which stands in the
cluster when the others are applied to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parent / "manifests"
CRDS = Path(__file__).parents[2] / "crds"
STANDARD = ("apiVersion", "kind", "metadata")
"""Every object has these; the API server describes `metadata` itself and forbids others to."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One object of a manifest file."""

    rule: str
    text: str
    name: str
    expect: str | None

    def __str__(self) -> str:
        return f"{self.rule}/{self.name}"


def documents(rule: str, kind: str) -> Iterator[Document]:
    """Yield the objects of a rule's `good`, `bad` or `before` file, in order."""
    for text in re.split(r"(?m)^---\n", (FOLDER / rule / f"{kind}.yaml").read_text()):
        expect = re.search(r"(?m)^# expect: (.+)$", text)
        name: str = yaml.safe_load(text)["metadata"]["name"]
        yield Document(rule=rule, text=text, name=name, expect=expect and expect[1])


def crd(plural: str) -> dict[str, Any]:
    """Return a CustomResourceDefinition as it stands in `crds/`."""
    loaded: dict[str, Any] = yaml.safe_load((CRDS / f"{plural}.yaml").read_text())
    return loaded


def schema(plural: str) -> dict[str, Any]:
    """Return the OpenAPI schema of the one version there is."""
    (version,) = crd(plural)["spec"]["versions"]
    found: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return found


def fields(plural: str) -> list[tuple[str, dict[str, Any]]]:
    """Return every field of a kind, objects, list items and map values included, with its path."""
    top = schema(plural)["properties"]
    own = ((name, field) for name, field in top.items() if name not in STANDARD)
    return list(chain.from_iterable(_walk(path, field) for path, field in own))


def _walk(path: str, field: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, field
    for name, inner in field.get("properties", {}).items():
        yield from _walk(f"{path}.{name}", inner)
    if "items" in field:
        yield from _walk(f"{path}[]", field["items"])
    if "additionalProperties" in field:
        yield from _walk(f"{path}.*", field["additionalProperties"])
