"""Where things are, as Python and packaging need it."""

from __future__ import annotations

import subprocess
import sys
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_source_root_is_no_package() -> None:
    # With an __init__.py it would shadow the standard library's `operator`, and Python itself would break.
    assert not (ROOT / "operator" / "__init__.py").exists()


def test_the_standard_librarys_operator_is_found_from_the_repositorys_root() -> None:
    code = "import operator, collections; print(operator.itemgetter(0)('x'))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "x\n"


def test_the_definitions_are_in_the_package() -> None:
    names = {file.name for file in (resources.files("poolkeeper") / "crds").iterdir()}
    assert names == {file.name for file in (ROOT / "crds").iterdir()}


def test_the_package_is_typed() -> None:
    assert (resources.files("poolkeeper") / "py.typed").is_file()


def test_the_package_runs_as_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "poolkeeper", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("poolkeeper")


def test_make_runs_every_folder_of_tests() -> None:
    tests = ROOT / "tests"
    folders = {file.relative_to(ROOT).parts[1] for file in tests.rglob("test_*.py")}
    words = (ROOT / "Makefile").read_text().split()
    assert {folder for folder in folders if f"tests/{folder}" not in words} == set()
