"""What is checked without a cluster agrees with the API server: both judge the manifests that show each rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from poolkeeper.manifests.documents import Document, Place
from poolkeeper.manifests.objects import manifests
from tests.crds import documents as rules

EXAMPLES = Path(__file__).parents[3] / "deploy" / "examples"
FOLDERS = sorted(folder.name for folder in rules.FOLDER.iterdir())

OF_THE_SCHEMA = ("Unsupported value", "Duplicate value", "Too many", "Too long", "in body", "unknown field")
"""How the API server begins what its schema validation finds; the rest are CEL rules, which are not evaluated here."""


def problems(text: str) -> list[str]:
    found = manifests([Document(Place("x.yaml", 1), yaml.safe_load(text))], namespace="lab")
    return [str(problem) for problem in found.problems]


@pytest.mark.parametrize("rule", FOLDERS)
def test_what_the_api_server_takes_is_taken(rule: str) -> None:
    assert {document.name: problems(document.text) for document in rules.documents(rule, "good")} == {
        document.name: [] for document in rules.documents(rule, "good")
    }


@pytest.mark.parametrize("rule", FOLDERS)
def test_what_its_schema_refuses_is_refused(rule: str) -> None:
    for document in rules.documents(rule, "bad"):
        assert document.expect is not None
        if any(words in document.expect for words in OF_THE_SCHEMA):
            field = re.split(r":| in body", document.expect)[0].strip()
            found = problems(document.text)
            assert found, f"{document}: {document.expect}"
            assert "unknown field" in field or any(field in one for one in found), (field, found)


def test_the_shipped_examples_are_taken() -> None:
    for file in EXAMPLES.glob("*.yaml"):
        for body in yaml.safe_load_all(file.read_text()):
            assert problems(yaml.safe_dump(body)) == [], file
