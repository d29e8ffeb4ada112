"""What the API server accepts, the operator can send: nobody is told twice, and differently, what is right."""

from __future__ import annotations

import pytest
import yaml

from poolkeeper.domain.durations import seconds
from poolkeeper.domain.schema.canonical import full_body
from poolkeeper.domain.secret_refs import references, resolved
from poolkeeper.domain.secret_text import SecretText
from tests.crds.documents import Document, documents
from tests.crds.rules import RULES

GOOD = [each for rule in RULES for each in documents(rule, "good")]


@pytest.mark.parametrize("document", [each for each in GOOD if "kind: BatchPool" in each.text], ids=str)
def test_an_accepted_pool_makes_a_body(document: Document) -> None:
    written = yaml.safe_load(document.text)["spec"]["properties"]
    properties = resolved(written, lambda _: SecretText("made-up"))
    assert properties.keys() <= full_body(properties).keys()
    assert len(references(written)) == document.text.count("secretKeyRef:"), "every reference is one for both"


@pytest.mark.parametrize("document", [each for each in GOOD if "checkInterval" in each.text], ids=str)
def test_an_accepted_interval_is_at_least_a_second(document: Document) -> None:
    assert seconds(yaml.safe_load(document.text)["spec"]["checkInterval"]) >= 1
