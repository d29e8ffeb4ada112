"""docs/security.md names a test in every line, and every test that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.deploy.files import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
COLUMNS = ["what they may try", "what stops them", "what does not", "shown by"]
BOUNDS = ["what", "bound", "shown by"]
TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)`")


def rows_of(text: str) -> list[list[str]]:
    """The cells of every line of a table, its heading included."""
    lines = [line for line in text.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def sections() -> dict[str, str]:
    """The text of every section by its heading."""
    parts = re.split(r"^## (.*)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def lines() -> list[tuple[list[str], list[str]]]:
    """Every line of every table but the headings, each after the columns of its table."""
    found = []
    for text in sections().values():
        columns, *others = rows_of(text)
        found += [(columns, row) for row in others]
    return found


def test_there_is_a_table_for_each_who_and_one_of_bounds() -> None:
    tables = [[row for row in rows_of(text) if row in (COLUMNS, BOUNDS)] for text in sections().values()]
    assert tables == [[COLUMNS]] * 5 + [[BOUNDS]]


@pytest.mark.parametrize(("columns", "row"), lines(), ids=[row[0] for _, row in lines()])
def test_every_line_is_whole_and_names_its_tests(columns: list[str], row: list[str]) -> None:
    assert len(row) == len(columns)
    assert all(row)
    assert TEST.findall(row[-1])
    assert not TEST.sub("", row[-1]).strip(" ,"), "nothing but tests in the last column"


@pytest.mark.parametrize("file", sorted(set(TEST.findall(PAGE))))
def test_every_test_that_is_named_is_there(file: str) -> None:
    assert "def test_" in (ROOT / file).read_text()
