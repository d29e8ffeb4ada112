"""What others wrote can make a plan neither hang nor fall."""

from __future__ import annotations

import pytest

from poolkeeper.domain.resources import GROUP
from poolkeeper.manifests.documents import Document, Problem, split
from poolkeeper.plan.render.diff_lines import MOST_ALIGNED, _sides
from poolkeeper.plan.report import Change

GOOD = f"apiVersion: {GROUP}/v1alpha1\nkind: BatchPool\n"


def merging(levels: int) -> str:
    """Some lines that are nine times as many pairs with each level."""
    lines = [f"# {GROUP}", "a0: &a0 {k: v}"]
    lines += [f"a{at}: &a{at} {{<<: [{', '.join([f'*a{at - 1}'] * 9)}]}}" for at in range(1, levels)]
    return "\n".join(lines)


BAD = [
    pytest.param('{"a": "' + GROUP + '", "n": ' + "9" * 5000 + "}", "more digits", id="a huge number in JSON"),
    pytest.param('{"a": "' + GROUP + '", "n": NaN}', "NaN", id="no number in JSON"),
    pytest.param('{"a": "' + GROUP + '", "n": -Infinity}', "Infinity", id="nor is that"),
    pytest.param(merging(9), "merge keys", id="merge keys in merge keys"),
    pytest.param(f"&a [{GROUP}, *a]", "", id="an alias that leads to itself"),
    pytest.param(f"a: {GROUP}\nb: {'[' * 5000}{']' * 5000}", "nested too deeply", id="deep"),
    pytest.param(f"a: {GROUP}\nb: &b {{? *b : 1}}", "", id="a key that is a map"),
]


@pytest.mark.parametrize(("text", "why"), BAD)
def test_a_document_that_cannot_be_read_is_told_and_the_others_are_read(text: str, why: str) -> None:
    found = list(split(f"{text}\n---\n{GOOD}", "pools.yaml"))
    assert isinstance(found[0], Problem)
    assert why in found[0].message
    assert isinstance(found[1], Document)


def test_many_lines_are_shown_without_being_aligned() -> None:
    live, desired = ("\n".join(side * MOST_ALIGNED) for side in ("ab", "ba"))
    found = list(_sides(Change("replace", "/metadata/a", live, desired)))
    assert [line.style for line in found] == ["live"] * 2 * MOST_ALIGNED + ["desired"] * 2 * MOST_ALIGNED


def test_few_lines_are_aligned() -> None:
    found = list(_sides(Change("replace", "/metadata/a", "a\nb", "a\nc")))
    assert [line.style for line in found] == ["same", "live", "desired"]
