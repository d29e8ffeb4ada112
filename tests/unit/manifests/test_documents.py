"""Files, folders and standard input: what is read, what is passed over, and that nothing is quoted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from poolkeeper.manifests.documents import MOST_BYTES, Document, Place, Problem, documents, split

OURS = "apiVersion: poolkeeper.dev/v1alpha1\nkind: BatchPool\n"


def places(*paths: str | Path) -> list[str]:
    """Where documents of ours were found, problems by their message."""
    found = documents([str(path) for path in paths])
    return [str(one.place) if isinstance(one, Document) else str(one) for one in found]


def test_a_folder_is_read_with_all_below_it_in_order_and_without_hidden_ones(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/k.json", ".git/x.yaml", "notes.md", "a/deep/er/p.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"kind": "poolkeeper.dev"}) if name.endswith("json") else OURS)
    expected = ["b.yaml", "a/k.json", "a/z.yml", "a/deep/er/p.yaml"]
    assert places(tmp_path) == [f"{tmp_path}/{name} (document 1)" for name in expected]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OURS)
    (tmp_path / "link.yaml").symlink_to(tmp_path / "a.yaml")
    assert len(places(tmp_path, tmp_path / "a.yaml")) == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        pytest.param(lambda _: None, "cannot be read: No such file or directory", id="it is not there"),
        pytest.param(lambda file: file.write_bytes(b"\xff\xfe\x00poolkeeper.dev"), "is not UTF-8 text", id="bytes"),
        pytest.param(lambda file: file.write_bytes(b" " * (MOST_BYTES + 1)), "larger than", id="it is too large"),
        pytest.param(lambda file: file.mkdir(), "holds no *.yaml", id="an empty folder"),
    ],
)
def test_what_cannot_be_read_is_a_problem(make: Callable[[Path], object], said: str, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    make(file)
    (problem,) = documents([str(file)])
    assert isinstance(problem, Problem)
    assert said in problem.message
    assert problem.file == str(file)


SPLIT = [
    ("one document without a separator", OURS, [1]),
    ("a separator before the first document", f"---\n{OURS}", [1]),
    ("comments before the first separator are no document", f"# licence\n---\n{OURS}---\n{OURS}", [1, 2]),
    ("documents of other kinds are counted, not read", f"kind: Secret\n---\n{OURS}", [2]),
    ("a template that is no YAML is not ours", f"{{{{ if .x }}}}\n---\n{OURS}", [2]),
    ("content behind the separator", f"kind: x\n--- # ours\n{OURS}", [2]),
    ("windows line ends", f"---\r\n{OURS}---\r\n{OURS}".replace("\n", "\r\n").replace("\r\r", "\r"), [1, 2]),
    ("an indented line of dashes is text", f"{OURS}note: |\n  ---\n  x\n", [1]),
    ("nothing", "", []),
]


@pytest.mark.parametrize(("text", "numbers"), [pytest.param(*row[1:], id=row[0]) for row in SPLIT])
def test_a_text_is_split_as_kubectl_splits_it(text: str, numbers: list[int]) -> None:
    found = list(split(text.replace("\r\n", "\n"), "f.yaml"))
    assert [one.place for one in found if isinstance(one, Document)] == [Place("f.yaml", number) for number in numbers]


def test_one_broken_document_does_not_keep_the_others_from_being_read() -> None:
    first, second = split(f"{OURS}spec: [sekret\n---\n{OURS}", "f.yaml")
    assert isinstance(first, Problem)
    assert str(first).startswith("f.yaml (document 1): is not YAML in line 4, column 1")
    assert isinstance(second, Document)


def test_lines_are_counted_from_the_begin_of_the_file() -> None:
    (problem,) = (one for one in split(f"a: 1\n---\n{OURS}x: 'open", "f.yaml") if isinstance(one, Problem))
    assert "line 5" in problem.message
