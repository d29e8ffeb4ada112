"""docs/develop.md leads to files that are there, and draws the arrows that import-linter holds."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "develop.md").read_text()
PACKAGE = ROOT / "operator" / "poolkeeper"
TABLE = PAGE.partition("### Where to find what")[2].partition("\n## ")[0]
PLACES = sorted(set(re.findall(r"`([a-z_/]+(?:\.py|/))`", TABLE)))


def test_there_is_a_place_for_each_behaviour() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| behaviour")]
    assert len(rows) >= 20
    assert all("`" in row for row in rows)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_that_is_named_is_there(place: str) -> None:
    found = PACKAGE / place
    assert found.is_dir() if place.endswith("/") else found.is_file()


@pytest.mark.parametrize("folder", sorted({file.parent for file in PACKAGE.rglob("*.py")} - {PACKAGE}))
def test_every_folder_is_drawn(folder: Path) -> None:
    assert f"{folder.name}/" in PAGE


@pytest.mark.parametrize(("container", "label"), [("poolkeeper.domain", "domain:"), ("poolkeeper.engine", "engine:")])
def test_the_arrows_inside_a_room_are_those_that_are_held(container: str, label: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [one["layers"] for one in contracts if one.get("containers") == [container]]
    rank = {name.strip(): at for at, layer in enumerate(layers) for name in layer.split("|")}
    (drawn,) = [line for line in PAGE.splitlines() if line.startswith(label)]
    steps = [[rank[name.strip()] for name in step.split(",")] for step in drawn.removeprefix(label).split("->")]
    assert all(max(higher) < min(lower) for higher, lower in pairwise(steps))
