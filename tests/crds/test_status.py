"""The status that the operator writes must always fit: a patch that the API server refuses is lost."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.crds.documents import documents, schema
from tests.crds.statuses import ACCOUNT_STATUS, POOL_STATUS

if TYPE_CHECKING:
    from tests.testbed.kubectl import Kubectl, Result

OBJECTS = {
    "batchpool": ("pool-id-is-one-of-azure", POOL_STATUS),
    "batchaccount": ("account-endpoint-is-required", ACCOUNT_STATUS),
}


def patch(kubectl: Kubectl, kind: str, status: dict[str, Any]) -> Result:
    document = next(documents(OBJECTS[kind][0], "good"))
    kubectl.apply(document.text)
    body = json.dumps({"status": status})
    return kubectl.run(
        "patch", kind, document.name, "--subresource=status", "--type=merge", "--patch-file=/dev/stdin", "-o", "json",
        stdin=body,
    )  # fmt: skip


@pytest.mark.parametrize("kind", OBJECTS)
def test_a_status_with_every_field_is_kept_as_it_was_written(kind: str, kubectl: Kubectl, namespace: str) -> None:
    status = OBJECTS[kind][1]
    done = patch(kubectl.within(namespace), kind, status)
    assert done.code == 0, done.stderr
    assert json.loads(done.stdout)["status"] == status


@pytest.mark.parametrize("kind", OBJECTS)
def test_the_examples_of_a_status_leave_no_field_out(kind: str) -> None:
    _all_set(schema(f"{kind}s")["properties"]["status"], OBJECTS[kind][1], "status")


def _all_set(field: dict[str, Any], value: Any, path: str) -> None:
    if "items" in field:
        assert value, path
        for item in value:
            _all_set(field["items"], item, f"{path}[]")
    for name, inner in field.get("properties", {}).items():
        assert name in value, f"{path}.{name}"
        _all_set(inner, value[name], f"{path}.{name}")
    if "additionalProperties" in field:
        assert value, path
        for name, inner in value.items():
            _all_set(field["additionalProperties"], inner, f"{path}.{name}")


def test_the_largest_status_is_accepted(kubectl: Kubectl, namespace: str) -> None:
    path = "/startTask/environmentSettings/" + "N" * 4000
    status = POOL_STATUS | {
        "drift": [
            {"op": "replace", "path": f"{path}{number}", "live": "v" * 1024, "desired": "v" * 1024}
            for number in range(50)
        ],
        "lastDrift": POOL_STATUS["lastDrift"] | {"paths": [f"{path}{number}" for number in range(50)]},
    }
    status["secretVersions"] = {f"{'s' * 59}{number:04}": "1" * 20 for number in range(2001)}
    status["conditions"] = [one | {"message": "m" * 32768} for one in POOL_STATUS["conditions"]]
    done = patch(kubectl.within(namespace), "batchpool", status)
    assert done.code == 0, done.stderr


def one_more_drift(status: dict[str, Any]) -> None:
    status["drift"] = [{"op": "add", "path": f"/metadata/{number}"} for number in range(51)]


def two_ready_conditions(status: dict[str, Any]) -> None:
    status["conditions"].append(status["conditions"][0])


def a_reason_of_two_words(status: dict[str, Any]) -> None:
    status["conditions"][0]["reason"] = "In Sync"


def a_time_of_the_wire(status: dict[str, Any]) -> None:
    status["lastModified"] = "Wed, 17 Sep 2025 22:43:57 GMT"


def a_value_that_nobody_cut(status: dict[str, Any]) -> None:
    status["drift"][0]["live"] = "v" * 1025


def an_annotation_that_nobody_cut(status: dict[str, Any]) -> None:
    status["lastHandledReconcileAt"] = "t" * 257


def one_more_secret(status: dict[str, Any]) -> None:
    status["secretVersions"] = {f"secret-{number}": "1" for number in range(2002)}


def a_version_that_is_a_number(status: dict[str, Any]) -> None:
    status["secretVersions"] = {"pool-secrets": 48213377}


def a_version_that_is_none(status: dict[str, Any]) -> None:
    status["secretVersions"] = {"pool-secrets": "1" * 65}


def an_unknown_operation(status: dict[str, Any]) -> None:
    status["drift"][0]["op"] = "move"


@pytest.mark.parametrize(
    ("spoil", "expect"),
    [
        (one_more_drift, "status.drift: Too many: 51: must have at most 50 items"),
        (two_ready_conditions, 'status.conditions[3]: Duplicate value: {"type":"Ready"}'),
        (a_reason_of_two_words, "status.conditions[0].reason: Invalid value"),
        (a_time_of_the_wire, "status.lastModified: Invalid value"),
        (a_value_that_nobody_cut, "status.drift[0].live: Too long"),
        (an_annotation_that_nobody_cut, "status.lastHandledReconcileAt: Too long"),
        (one_more_secret, "status.secretVersions: Too many: 2002: must have at most 2001 items"),
        (a_version_that_is_a_number, "status.secretVersions.pool-secrets: Invalid value"),
        (a_version_that_is_none, "status.secretVersions.pool-secrets: Too long"),
        (an_unknown_operation, 'status.drift[0].op: Unsupported value: "move"'),
    ],
)
def test_a_status_that_does_not_fit_is_refused(spoil: Any, expect: str, kubectl: Kubectl, namespace: str) -> None:
    status = copy.deepcopy(POOL_STATUS)
    spoil(status)
    done = patch(kubectl.within(namespace), "batchpool", status)
    assert done.code != 0
    assert expect in done.stderr
