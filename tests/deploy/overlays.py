"""Overlays of the shipped Kustomize files, built with kubectl as a user would build them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.deploy.files import KUSTOMIZE, ROOT, Object, objects
from tests.testbed.kubectl import Kubectl

REMOTE = "https://github.com/your/fork//deploy/kustomize"
"""How the documentation spells the folder of the shipped files."""


def overlay(kubectl: Kubectl, folder: Path, *, components: Sequence[str] = (), base: str = "base") -> list[Object]:
    """What a part of the shipped files makes with some of its components."""
    write(folder, {"resources": [base], "components": list(components)}, places=("resources", "components"))
    return objects(kubectl.out("kustomize", str(folder)))


def documented(page: str) -> Iterator[Object]:
    """Every kustomization that a page of the documentation shows."""
    text = (ROOT / "docs" / page).read_text()
    for fence in re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for each in objects(fence):
            if each.get("kind") == "Kustomization":
                yield each


def write(folder: Path, kustomization: dict[str, Any], *, places: Sequence[str]) -> None:
    """Write a kustomization whose `places` name folders of the shipped files, by address or from deploy/kustomize."""
    folder.mkdir(parents=True, exist_ok=True)
    local = {
        place: [_path(folder, str(name)) for name in kustomization[place]] for place in places if place in kustomization
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({**kustomization, **local}, sort_keys=False))


def only(rendered: Sequence[Object], kind: str) -> Object:
    """The one object of a kind."""
    (found,) = [each for each in rendered if each["kind"] == kind]
    return found


def _path(folder: Path, name: str) -> str:
    inside = name.removeprefix(REMOTE).partition("?")[0].strip("/")
    # Kustomize takes no absolute paths, and resolves links before it counts the dots.
    return os.path.relpath(KUSTOMIZE / inside, folder.resolve())
