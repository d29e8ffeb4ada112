"""Reads what `deploy/` ships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUSTOMIZE = DEPLOY / "kustomize"
BASE = KUSTOMIZE / "base"
EXAMPLES = DEPLOY / "examples"
CRDS = ROOT / "crds"

WATCHED = ("team-a", "team-b")
"""The namespaces of deploy/kustomize/example."""

Object = dict[str, Any]


def objects(text: str) -> list[Object]:
    """Every object of a YAML text."""
    return [each for each in yaml.safe_load_all(text) if each is not None]


def deployment() -> Object:
    """The Deployment as it stands in the file."""
    (found,) = objects((BASE / "deployment.yaml").read_text())
    return found


def container() -> Object:
    """The Deployment's one container."""
    (found,) = deployment()["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def properties(file: Path) -> Object:
    """The `spec.properties` of an example."""
    (pool,) = objects(file.read_text())
    found: Object = pool["spec"]["properties"]
    return found
