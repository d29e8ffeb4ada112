"""docs/security.md names a test in every line, and every test that it names is there."""

from __future__ import annotations

import re

import pytest

from tests.deploy.files import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text()
COLUMNS = ["what they may try", "what stops them", "what does not", "shown by"]
TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)`")


def rows() -> list[list[str]]:
    """The cells of every line of every table, headings included."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|") and not line.startswith("|---")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def threats() -> list[list[str]]:
    return [row for row in rows() if row != COLUMNS]


def test_there_is_a_table_for_each_who() -> None:
    who = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert len(who) == rows().count(COLUMNS) == 5


@pytest.mark.parametrize("row", threats(), ids=lambda row: row[0])
def test_every_line_is_whole_and_names_its_tests(row: list[str]) -> None:
    assert len(row) == len(COLUMNS)
    assert all(row)
    assert TEST.findall(row[-1])
    assert not TEST.sub("", row[-1]).strip(" ,"), "nothing but tests in the last column"


@pytest.mark.parametrize("file", sorted(set(TEST.findall(PAGE))))
def test_every_test_that_is_named_is_there(file: str) -> None:
    assert "def test_" in (ROOT / file).read_text()
