"""The packaged CRDs as judges: agreement with the API server's manifests, and messages that quote nothing."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.manifests.crd_schema import Fault, faults, with_defaults

SECRET = "sekret-value"
BASE: dict[str, Any] = {"accountRef": {"name": "research"}, "poolID": "rendering", "properties": {}}


def start_task(**fields: Any) -> dict[str, Any]:
    return {**BASE, "properties": {"startTask": {"commandLine": "/bin/true", **fields}}}


TASK = "spec.properties.startTask"
ROWS = [
    ("nothing is wrong", BASE, []),
    ("a required field", {"poolID": "x", "properties": {}}, [Fault("spec.accountRef", "is required")]),
    ("a field that nobody knows", {**BASE, "modus": "x"}, [Fault("spec.modus", "is no field of this kind")]),
    ("deep down too", start_task(commandline="x"), [Fault(f"{TASK}.commandline", "is no field of this kind")]),
    ("another type", start_task(maxTaskRetryCount=SECRET), [Fault(f"{TASK}.maxTaskRetryCount", "must be an integer")]),
    (
        "a number where text is wanted",
        start_task(environmentSettings=[{"name": "A", "value": 42}]),
        [Fault(f"{TASK}.environmentSettings[0].value", "must be a string")],
    ),
    (
        "a boolean is no integer",
        start_task(maxTaskRetryCount=True),
        [Fault(f"{TASK}.maxTaskRetryCount", "must be an integer")],
    ),
    ("an enum", {**BASE, "mode": SECRET}, [Fault("spec.mode", "must be one of Enforce, Observe, Approve")]),
    ("a pattern", {**BASE, "poolID": f"{SECRET} x"}, [Fault("spec.poolID", "must match ^[a-zA-Z0-9_-]+$")]),
    (
        "a pattern ends where the text ends",
        {**BASE, "poolID": "x\n"},
        [Fault("spec.poolID", "must match ^[a-zA-Z0-9_-]+$")],
    ),
    ("a length", {**BASE, "poolID": "x" * 65}, [Fault("spec.poolID", "must have at most 64 characters")]),
    (
        "a name that stands twice",
        start_task(environmentSettings=[{"name": SECRET}, {"name": "B"}, {"name": SECRET}]),
        [Fault(f"{TASK}.environmentSettings[2]", "stands twice: name must be unique in the list")],
    ),
    (
        "a member of a set that stands twice",
        {**BASE, "ignore": ["/metadata/a", "/metadata/a"]},
        [Fault("spec.ignore[1]", "stands twice: it must be unique in the list")],
    ),
    (
        "null is left out, also where something is required",
        start_task(commandLine=None),
        [Fault(f"{TASK}.commandLine", "is required")],
    ),
    (
        "null is left out, at any depth",
        start_task(userIdentity=None, resourceFiles=[{"httpUrl": "https://u", "filePath": "f", "fileMode": None}]),
        [],
    ),
    ("null is no item", start_task(resourceFiles=[None]), [Fault(f"{TASK}.resourceFiles[0]", "must be an object")]),
    ("a list is no spec", [SECRET], [Fault("spec", "must be an object")]),
]


@pytest.mark.parametrize(("spec", "expected"), [pytest.param(*row[1:], id=row[0]) for row in ROWS])
def test_what_the_schema_does_not_allow_is_named_by_its_place(spec: Any, expected: list[Fault]) -> None:
    found = faults("BatchPool", with_defaults("BatchPool", spec))
    assert found == expected
    assert SECRET not in str(found)


def test_defaults_are_filled_in_where_nothing_is_said() -> None:
    given = {**BASE, "mode": None}
    filled = with_defaults("BatchPool", given)
    assert (filled["mode"], filled["adoption"]) == ("Enforce", "Guard")
    assert given["mode"] is None, "what was given stays as it is"
    assert with_defaults("BatchPool", {**BASE, "mode": "Observe"})["mode"] == "Observe"
    account = with_defaults("BatchAccount", {"endpoint": "https://x", "auth": {"type": "SharedKey"}})
    assert account["checkInterval"] == "60s"
    assert account["apiVersion"] == "2024-07-01.20.0"


def test_a_kind_without_a_definition_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError, match="BatchJob"):
        faults("BatchJob", {})
