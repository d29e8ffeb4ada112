"""The three forms of a plan, and that nothing in a value can break out of them."""

from __future__ import annotations

import json
import re

import click
import pytest

from poolkeeper.domain.redaction.visible import visible
from poolkeeper.manifests.documents import Problem
from poolkeeper.plan.render.diff_lines import lines
from poolkeeper.plan.render.json_report import machine
from poolkeeper.plan.render.markdown import MOST_CHARACTERS, markdown
from poolkeeper.plan.render.text import text
from poolkeeper.plan.report import Action, Change, PlanReport
from tests.unit.plan.builders import OWNER, TOKEN, finding, some

TEXT = """\
team/rendering (pool rendering at research.westeurope.batch.azure.com): would change
  @@ /metadata/owner @@
  - somebody
  + me
  @@ /startTask @@
  - {"commandLine": "x"}
  ! not compared: the value at /startTask/environmentSettings/TOKEN/value comes from Secret team/creds, key token, \
which was not read (there is no cluster to read it from)

team/quiet (pool quiet at research.westeurope.batch.azure.com): in sync

team/gone (pool gone at research.westeurope.batch.azure.com): the pool does not exist

Plan: 1 to change, 1 in sync, 0 waiting, 1 error.
"""

MARKDOWN = """\
**Plan: 1 to change, 1 in sync, 0 waiting, 1 error.**

<details><summary>team/gone: error</summary>

```diff
# team/gone (pool gone at research.westeurope.batch.azure.com)
# the pool does not exist
```

</details>

<details><summary>team/rendering: would change (2 differences)</summary>

```diff
# team/rendering (pool rendering at research.westeurope.batch.azure.com)
# would change
@@ /metadata/owner @@
- somebody
+ me
@@ /startTask @@
- {"commandLine": "x"}
! not compared: the value at /startTask/environmentSettings/TOKEN/value comes from Secret team/creds, key token, \
which was not read (there is no cluster to read it from)
```

</details>

<details><summary>team/quiet: in sync</summary>

```diff
# team/quiet (pool quiet at research.westeurope.batch.azure.com)
# in sync
```

</details>
"""


def test_the_text_is_a_diff_under_a_heading_per_pool_and_a_summary() -> None:
    assert click.unstyle(text(some())) == TEXT


def test_the_text_is_coloured() -> None:
    coloured = text(some())
    assert click.style("- somebody", fg="red") in coloured
    assert click.style("+ me", fg="green") in coloured


def test_the_markdown_begins_with_the_summary_and_has_a_block_per_pool_what_needs_action_first() -> None:
    assert markdown(some()) == MARKDOWN


def test_the_json_has_the_documented_shape() -> None:
    document = json.loads(machine(some()))
    assert list(document) == ["apiVersion", "kind", "exitCode", "summary", "pools", "problems"]
    assert (document["apiVersion"], document["kind"]) == ("plan.poolkeeper.dev/v1alpha1", "Plan")
    assert document["exitCode"] == 1
    assert document["summary"] == {
        "change": 1,
        "inSync": 1,
        "waiting": 0,
        "leftAlone": 0,
        "blocked": 0,
        "error": 1,
    }
    assert document["pools"][0] == {
        "namespace": "team",
        "name": "rendering",
        "file": "pools.yaml",
        "document": 1,
        "poolID": "rendering",
        "account": "team/research",
        "host": "research.westeurope.batch.azure.com",
        "verdict": "Change",
        "reason": "",
        "message": "would change",
        "changes": [
            {"op": "replace", "path": "/metadata/owner", "live": "somebody", "desired": "me"},
            {"op": "remove", "path": "/startTask", "live": '{"commandLine": "x"}'},
        ],
        "notCompared": [{"path": TOKEN.path, "secret": "team/creds", "key": "token", "why": TOKEN.why}],
        "notes": [],
    }


def test_problems_of_manifests_stand_in_every_form() -> None:
    found = PlanReport((), (Problem("a.yaml", "is required", 2, "BatchPool team/x", "spec.poolID"),))
    said = "a.yaml (document 2): BatchPool team/x: spec.poolID: is required"
    assert f"error: {said}" in click.unstyle(text(found))
    assert said in markdown(found)
    assert json.loads(machine(found))["problems"] == [
        {
            "file": "a.yaml",
            "document": 2,
            "object": "BatchPool team/x",
            "field": "spec.poolID",
            "message": "is required",
        }
    ]


CHANGES = [
    ("an empty value is a value", Change("replace", "/m", "", "x"), ["- ", "+ x"]),
    ("an addition has one side", Change("add", "/m", None, "x"), ["+ x"]),
    ("of several lines the equal ones are shown once", Change("replace", "/m", "a\nb", "a\nc"), ["  a", "- b", "+ c"]),
    (
        "hidden on both sides",
        Change("replace", "/m", "(hidden)", "(hidden)"),
        ["- (hidden)", "+ (not the same, where it is not shown)"],
    ),
    ("never shown", Change("replace", "/m"), ["+ (never shown by the service; sent again)"]),
    ("no escape reaches the terminal", Change("add", "/m", None, "\x1b[2J\rok"), ["+ \\x1b[2J\\rok"]),
    ("no line turns its direction", Change("add", "/m", None, "a\u202eb"), ["+ a\\u202eb"]),
]


@pytest.mark.parametrize(("change", "expected"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES])
def test_a_change_is_a_minus_and_a_plus(change: Change, expected: list[str]) -> None:
    told = [line.text for line in lines(finding(Action.CHANGE, change).outlook)]
    assert told == ["@@ /m @@", *expected]


def test_visible_text_is_left_as_it_is() -> None:
    assert visible("Größe … 4 µm 日本") == "Größe … 4 µm 日本"


def fenced(comment: str) -> list[str]:
    """What stands in the fences of a comment, as a Markdown reader finds them."""
    inside: list[str] = []
    rest = comment
    while found := re.search(r"^(`{3,})diff\n(.*?)^ {0,3}\1`*$", rest, re.MULTILINE | re.DOTALL):
        inside.append(found[2])
        rest = rest[found.end() :]
    return inside


@pytest.mark.parametrize("value", ["```\n# not a title", "``````", "a ` b", "```diff\n- x\n```\n</details>"])
def test_backticks_in_values_do_not_break_the_fence(value: str) -> None:
    # On both sides, so that its lines stand there as they are, without a sign before them.
    change = Change("replace", "/m", f"{value}\nx", f"{value}\ny")
    comment = markdown(PlanReport((finding(Action.CHANGE, change),)))
    (inside,) = fenced(comment)
    assert all(f"  {line}" in inside for line in value.split("\n"))
    assert "+ y" in inside
    assert comment.endswith("</details>\n")
    assert comment.count("\n</details>\n") == 1


def test_a_comment_is_never_longer_than_github_takes_and_says_what_is_missing() -> None:
    many = PlanReport(tuple(finding(Action.CHANGE, *[OWNER] * 100, name=f"pool-{at}") for at in range(40)))
    comment = markdown(many)
    assert len(comment) <= MOST_CHARACTERS
    (missing,) = re.findall(r"_(\d+) more left out", comment)
    assert comment.count("<details>") == 40 - int(missing)
    assert comment.count("<details>") == comment.count("</details>") == len(fenced(comment))
    assert comment.startswith("**Plan: 40 to change"), "the summary counts them all"


def test_one_pool_with_too_many_differences_is_cut_within_its_fence() -> None:
    comment = markdown(PlanReport((finding(Action.CHANGE, *[Change("add", "/m", None, "x" * 500)] * 1000),)))
    assert len(comment) <= MOST_CHARACTERS
    (inside,) = fenced(comment)
    assert re.search(r"… and \d+ lines more\n$", inside)


@pytest.mark.parametrize("most", [600, 1000, 2000, 5000])
def test_whatever_the_limit_it_is_kept(most: int) -> None:
    many = PlanReport(tuple(finding(Action.CHANGE, *[OWNER] * 9, name=f"pool-{at}") for at in range(30)))
    assert len(markdown(many, most=most)) <= most


COUNTS = [
    ([], 0, "Plan: 0 to change, 0 in sync, 0 waiting, 0 errors."),
    ([Action.IN_SYNC], 0, "Plan: 0 to change, 1 in sync, 0 waiting, 0 errors."),
    ([Action.LEFT_ALONE, Action.IN_SYNC], 0, "Plan: 0 to change, 1 in sync, 0 waiting, 1 left alone, 0 errors."),
    ([Action.CHANGE, Action.IN_SYNC], 2, "Plan: 1 to change, 1 in sync, 0 waiting, 0 errors."),
    ([Action.WAITING], 2, "Plan: 0 to change, 0 in sync, 1 waiting, 0 errors."),
    ([Action.CHANGE, Action.ERROR], 1, "Plan: 1 to change, 0 in sync, 0 waiting, 1 error."),
    ([Action.BLOCKED, Action.WAITING], 1, "Plan: 0 to change, 0 in sync, 1 waiting, 1 blocked, 0 errors."),
]


@pytest.mark.parametrize(("verdicts", "code", "summary"), COUNTS)
def test_the_summary_counts_and_errors_win(verdicts: list[Action], code: int, summary: str) -> None:
    found = PlanReport(tuple(finding(action, name=f"pool-{at}") for at, action in enumerate(verdicts)))
    assert (found.exit_code, found.summary) == (code, summary)


def test_an_object_with_several_mistakes_is_one_error() -> None:
    mistakes = tuple(Problem("a.yaml", "is wrong", 1, "BatchPool a/b", field) for field in ("spec.x", "spec.y"))
    assert PlanReport((), (*mistakes, Problem("b.yaml", "cannot be read"))).counts[Action.ERROR] == 2
