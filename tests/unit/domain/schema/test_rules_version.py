"""What was judged by other rules is judged anew: whoever changes the canonical form has to raise its version."""

from __future__ import annotations

import hashlib
import json

from poolkeeper.domain.schema.canonical import RULES_VERSION, canonical
from tests.contract_body.leaves import leaves

CORPUS = [
    *(leaf.holding(value) for leaf in leaves() for value in (leaf.first, leaf.second, leaf.default)),
    *(leaf.without() for leaf in leaves()),
    {"metadata": [{"name": "a", "value": "1"}, {"name": "a", "value": "2"}, {"name": "a#2", "value": "3"}]},
    {"metadata": [{"name": "a", "value": 1}, None, "odd"], "startTask": {"commandLine": "x", "novelty": {"of": 1}}},
    {"certificateReferences": [{"thumbprint": "AB", "thumbprintAlgorithm": "SHA1", "visibility": ["Task"]}]},
]
DIGESTS = {1: "8db3a16ff41a91b3"}


def test_the_rules_are_those_of_their_version() -> None:
    forms = [canonical({name: value for name, value in one.items() if value is not None}) for one in CORPUS]
    found = hashlib.sha256(json.dumps(forms, sort_keys=True).encode()).hexdigest()[:16]
    assert found == DIGESTS[RULES_VERSION], "raise RULES_VERSION, and add the new digest"
