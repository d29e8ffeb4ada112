"""docs/plan.md says what the command does: its flags, its verdicts, the shape of its JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest

from poolkeeper.cli.main import main
from poolkeeper.manifests.documents import Problem
from poolkeeper.plan.render.json_report import machine
from poolkeeper.plan.report import Action, PlanReport
from tests.unit.plan.builders import some

PAGE = (Path(__file__).parents[3] / "docs" / "plan.md").read_text()
FLAGS = [
    name
    for one in main.commands["plan"].params
    if isinstance(one, click.Option)
    for name in one.opts + one.secondary_opts
]


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_is_on_the_page(flag: str) -> None:
    (table,) = re.findall(r"\| flag \| meaning \|\n(.*?)\n\n", PAGE, re.DOTALL)
    assert re.search(rf"`{flag}\b", table)


@pytest.mark.parametrize("action", Action)
def test_every_verdict_is_on_the_page(action: Action) -> None:
    assert f"`{action}`" in PAGE


def shape(value: Any) -> Any:
    """Names and nesting, without values; of a list, of its first item."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else None


def test_the_json_on_the_page_has_the_shape_of_the_real_one() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    real = PlanReport(some().pools[:1], (Problem("a.yaml", "is wrong", 1, "BatchPool a/b", "spec"),))
    assert shape(json.loads(example)) == shape(json.loads(machine(real)))
