"""The pages under docs/spec name every field of the schema, no field that is not there, and every reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from poolkeeper.domain.reasons import Reason
from tests.crds.documents import fields

PAGES = Path(__file__).parents[2] / "docs" / "spec"
SECTIONS = {
    "batchpools": {
        "spec": "spec",
        "spec.properties": "spec.properties",
        "startTask": "spec.properties.startTask",
        "status": "status",
    },
    "batchaccounts": {"spec": "spec", "status": "status"},
}
"""The headings over tables of fields, and the field that the paths of each table start from."""


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_page_lists_all_fields_of_its_kind_and_no_others(kind: str) -> None:
    there = {path.removesuffix("[]") for path, _ in fields(kind)}
    leaves = {
        path.removesuffix("[]")
        for path, field in fields(kind)
        # The page explains the standard condition by its types and reasons.
        if field["type"] not in {"object", "array"} and not path.startswith("status.conditions")
    }
    listed = set[str]()
    for heading, start in SECTIONS[kind].items():
        listed |= {f"{start}.{path.removesuffix('[]')}" for path in _first_column(kind, heading)}
    assert leaves - listed == set(), "not on the page"
    assert listed - there == set(), "not in the schema"


OF_ACCOUNTS = {
    Reason.Reachable,
    Reason.Unreachable,
    Reason.EndpointNotAllowed,
    Reason.IdentityNotAllowed,
    Reason.AuthenticationFailed,
    Reason.VersionNotServed,
    Reason.ListRefused,
}
"""Pools of such an account say AccountNotReady, or ServiceUnavailable."""
OF_BOTH = {Reason.SecretNotFound, Reason.AccessDenied, Reason.Throttled, Reason.InternalError}


def test_the_page_of_pools_explains_every_reason_that_a_pool_can_have() -> None:
    assert set(_first_column("batchpools", "Reasons of Ready")) == set(Reason) - OF_ACCOUNTS


def test_the_page_of_accounts_explains_every_reason_that_an_account_can_have() -> None:
    assert set(_first_column("batchaccounts", "Conditions")) == OF_ACCOUNTS | OF_BOTH


def _first_column(kind: str, heading: str) -> list[str]:
    """Return the code words in the first column of the first table under a heading."""
    page = PAGES / f"{kind.removesuffix('s')}.md"
    _, found, rest = page.read_text().partition(f"# {heading}\n")
    table = re.search(r"(?m)^\|.*\n\|[-|]+\|\n((?:\|.*\n)+)", rest)
    assert found, f"{page.name} has no heading {heading}"
    assert table is not None, f"{page.name} has no table under {heading}"
    return [word for row in table[1].splitlines() for word in re.findall(r"`([^`]+)`", row.split("|")[1])]
