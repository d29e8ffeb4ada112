"""Which objects are ours, what is wrong with the others, and that one mistake stays one."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.domain.resources import Key
from poolkeeper.manifests.documents import Document, Place, Problem
from poolkeeper.manifests.objects import Manifests, manifests

Json = dict[str, Any]
SECRET = "sekret-value"


def pool(name: str = "rendering", **changes: Any) -> Json:
    spec = {"accountRef": {"name": "research"}, "poolID": "rendering", "properties": {}}
    body = {"apiVersion": "poolkeeper.dev/v1alpha1", "kind": "BatchPool", "metadata": {"name": name}, "spec": spec}
    return {**body, **changes}


def account(name: str = "research", **spec: Any) -> Json:
    full = {"endpoint": "https://x.batch.azure.com", "auth": {"type": "SharedKey", "secretRef": {"name": "k"}}, **spec}
    return {"apiVersion": "poolkeeper.dev/v1alpha1", "kind": "BatchAccount", "metadata": {"name": name}, "spec": full}


def read(*bodies: Any) -> Manifests:
    return manifests(
        [Document(Place(f"{at}.yaml", 1), body) for at, body in enumerate(bodies, start=1)], namespace="lab"
    )


def said(found: Manifests) -> list[str]:
    return [str(problem) for problem in found.problems]


def test_other_kinds_are_passed_over() -> None:
    found = read(
        {"apiVersion": "v1", "kind": "Secret"}, "text", [1], None, {"metadata": {"labels": {"poolkeeper.dev": "x"}}}
    )
    assert found == Manifests()


def test_a_namespace_is_that_of_the_manifest_or_the_one_that_was_asked_for() -> None:
    found = read(pool(), pool(metadata={"name": "b", "namespace": "team"}), account())
    assert [one.key for one in found.pools] == [Key("lab", "rendering"), Key("team", "b")]
    assert list(found.accounts) == [Key("lab", "research")]
    assert found.pools[0].spec["mode"] == "Enforce", "defaults are filled in"


def test_a_list_is_its_items() -> None:
    found = read({"apiVersion": "v1", "kind": "List", "items": [pool(), account(), {"kind": "Secret"}]})
    assert (len(found.pools), len(found.accounts)) == (1, 1)


WRONG = [
    (pool(kind="BatchPol"), "BatchPol lab/rendering: kind: must be one of BatchPool, BatchAccount"),
    (pool(apiVersion="poolkeeper.dev/v9"), "BatchPool lab/rendering: apiVersion: must be poolkeeper.dev/v1alpha1"),
    (pool(metadata={}), "BatchPool lab/None: metadata.name: is required"),
    (pool(metadata={"name": "Big_"}), "metadata.name: must be lower case letters, digits, '-' and '.'"),
    (pool(metadata={"name": "a", "lables": {}}), "BatchPool lab/a: metadata.lables: is no field of this kind"),
    (pool(metadata={"name": "a", "annotations": {"x": 1}}), "metadata.annotations: must hold text only"),
    (pool(metadata={"name": "a", "namespace": "B"}), "metadata.namespace: must be lower case letters"),
    (pool(data={"x": SECRET}), "BatchPool lab/rendering: data: is no field of this kind"),
    ({key: value for key, value in pool().items() if key != "spec"}, "BatchPool lab/rendering: spec: is required"),
    (pool(spec=SECRET), "BatchPool lab/rendering: spec: must be an object"),
    (pool(spec={**pool()["spec"], "checkInterval": "soon"}), "spec.checkInterval: must be hours, minutes and seconds"),
    (pool(spec={**pool()["spec"], "poolID": 7}), "BatchPool lab/rendering: spec.poolID: must be a string"),
    (pool(metadata="x"), "metadata.name: is required"),
]


@pytest.mark.parametrize(("body", "expected"), [pytest.param(*row, id=row[1]) for row in WRONG])
def test_a_mistake_names_file_document_object_and_field_and_keeps_no_other_from_being_read(
    body: Json, expected: str
) -> None:
    found = read(body, pool("fine"))
    (problem,) = said(found)
    assert problem.startswith("1.yaml (document 1): ")
    assert expected in problem
    assert SECRET not in problem
    assert [one.key.name for one in found.pools] == ["fine"]


def test_every_mistake_of_an_object_is_told() -> None:
    found = read(pool(spec={"poolID": "a b", "properties": {}, "modus": 1}))
    assert [problem.field for problem in found.problems] == ["spec.accountRef", "spec.modus", "spec.poolID"]


def test_a_null_is_told_as_what_the_api_server_makes_of_it() -> None:
    (found,) = read(pool(spec={**pool()["spec"], "mode": None, "properties": {"startTask": None}})).pools
    assert found.spec["mode"] == "Enforce"
    assert found.spec["properties"] == {}
    assert found.notes == ("null means left out, as for the API server: spec.mode, spec.properties.startTask",)
    assert read(pool()).pools[0].notes == ()


@pytest.mark.parametrize("outer", ["List", "BatchPoolList"])
def test_a_list_in_a_list_is_a_problem_as_it_is_for_kubectl(outer: str) -> None:
    inner = {"apiVersion": "v1", "kind": "List", "items": [pool()]}
    found = read({"apiVersion": "poolkeeper.dev/v1alpha1", "kind": outer, "items": [inner, pool()]})
    assert [str(one.key) for one in found.pools] == [str(read(pool()).pools[0].key)]
    assert ["List in a List" in str(one) for one in found.problems] == [True]


def test_one_object_in_two_files_is_an_error_that_names_both_and_neither_counts() -> None:
    found = read(pool(), pool("other"), pool())
    told = "{}.yaml (document 1): BatchPool lab/rendering: it is given twice, also by {}.yaml (document 1); keep one"
    assert said(found) == [
        told.format(1, "BatchPool lab/rendering in 3"),
        told.format(3, "BatchPool lab/rendering in 1"),
    ]
    assert [one.key.name for one in found.pools] == ["other"]


@pytest.mark.parametrize(
    "bodies",
    [
        pytest.param([account(), account()], id="it is given twice"),
        pytest.param([account(), account(checkInterval="soon")], id="one of two is wrong"),
        pytest.param([account(maxRequestsPerSecond=0)], id="it is wrong"),
    ],
)
def test_a_broken_account_is_remembered_so_that_no_other_stands_in_for_it(bodies: list[Json]) -> None:
    found = read(*bodies)
    assert found.broken == {Key("lab", "research")}
    assert found.accounts == {}
    assert found.problems


def test_problems_of_files_are_kept() -> None:
    problem = Problem("x.yaml", "cannot be read")
    assert manifests([problem], namespace="lab").problems == [problem]
