"""What those who come find: files that are read by other programs, and that say what the project does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from poolkeeper import __version__
from tests.release_notes import CHANGELOG, main, notes

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
TEXT = "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-11-27\n\n### Added\n\n- a\n\n## 0.1.0 - 2026-11-01\n\n- b\n"


def parsed(file: Path) -> Any:
    return yaml.safe_load(file.read_text())


def test_the_workflow_does_what_ci_run_does_with_no_right_to_write() -> None:
    workflow = parsed(GITHUB / "workflows" / "ci.yaml")
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["test"]["steps"]
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"]) for step in steps if "uses" in step)


def test_the_workflow_keeps_what_the_test_bed_is_built_of() -> None:
    steps = parsed(GITHUB / "workflows" / "ci.yaml")["jobs"]["test"]["steps"]
    (cache,) = [step["with"] for step in steps if step.get("uses", "").startswith("actions/cache")]
    assert cache["path"] == ".testbed/bin"
    assert "tests/testbed/modules/**" in cache["key"]
    assert (ROOT / "tests" / "testbed" / "modules" / "go.sum").is_file()


def test_the_hooks_are_the_quick_part_of_make_check() -> None:
    (repo,) = parsed(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repo["repo"] == "local", "nothing is fetched from anywhere"
    recipe = (ROOT / "Makefile").read_text().partition("\ncheck:")[2].partition("\n\n")[0]
    for hook in repo["hooks"]:
        command = hook["entry"].removeprefix(".venv/bin/")
        assert f"@$(BIN)/{command}" in recipe


@pytest.mark.parametrize("form", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yaml")), ids=lambda file: file.name)
def test_a_form_asks_with_labels_and_ids(form: Path) -> None:
    asked = [item for item in parsed(form)["body"] if item["type"] != "markdown"]
    assert asked
    assert all(item["attributes"]["label"] for item in asked)
    assert len({item["id"] for item in asked}) == len(asked)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_what_a_page_leads_to_is_there(page: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)[^)]*\)", (ROOT / page).read_text()):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_security_supports_the_version_that_this_is() -> None:
    assert f"| {__version__.rpartition('.')[0]} | yes |" in (ROOT / "SECURITY.md").read_text()


def test_the_notes_of_this_version_are_in_the_changelog() -> None:
    assert "### Fixed" in notes(CHANGELOG.read_text(), __version__)


@pytest.mark.parametrize(
    ("version", "expected", "reason"),
    [("0.2.0", "### Added\n\n- a", "the section alone"), ("0.1.0", "- b", "the last one ends with the file")],
)
def test_notes_are_one_section(version: str, expected: str, reason: str) -> None:
    assert notes(TEXT, version) == expected, reason


@pytest.mark.parametrize(
    ("version", "said"), [("9.9.9", "it has Unreleased, 0.2.0, 0.1.0"), ("Unreleased", "is empty")]
)
def test_a_version_without_notes_is_named(version: str, said: str) -> None:
    with pytest.raises(LookupError, match=said):
        notes(TEXT, version)


def test_the_command_prints_the_notes_or_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"v{__version__}"]) == 0
    assert capsys.readouterr().out.startswith("#")
    assert (main([]), main(["9.9.9"])) == (2, 1)
    assert "VERSION=" in capsys.readouterr().err


def test_the_version_is_one_wherever_it_stands() -> None:
    places = [
        ROOT / "deploy" / "Dockerfile",
        ROOT / "docs" / "install.md",
        *(ROOT / "deploy" / "kustomize").rglob("*.yaml"),
    ]
    stated = [
        found
        for place in places
        for found in re.findall(r"(?:poolkeeper:|newTag: |ref=v|version=\")(\d+\.\d+\.\d+)", place.read_text())
    ]
    assert len(stated) >= 5
    assert set(stated) == {__version__}


@pytest.mark.parametrize("word", ["whoever", "of which", "by itself"])
def test_sentences_have_a_plain_subject(word: str) -> None:
    """docs/develop.md says why; an ADR keeps the words of its day."""
    texts = [*(ROOT / "operator").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    texts += [*(ROOT / "crds").glob("*.yaml"), *(ROOT / "deploy").rglob("*.yaml")]
    told = {ROOT / "docs" / "develop.md", *(ROOT / "docs" / "adr").iterdir()}
    assert [
        str(text.relative_to(ROOT)) for text in texts if text not in told and word in text.read_text().lower()
    ] == []
