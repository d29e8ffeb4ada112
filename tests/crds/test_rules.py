"""What the API server takes and refuses, asked of it by dry runs.

By plain requests, as two hundred starts of kubectl would take a minute; a sample goes through kubectl, which says the
same.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.crds.documents import FOLDER, Document, documents
from tests.crds.rules import APPLIED, CHANGED, RULES

if TYPE_CHECKING:
    from tests.testbed.api import Answer
    from tests.testbed.cluster import Cluster
    from tests.testbed.kubectl import Kubectl

BAD = [each for rule in APPLIED for each in documents(rule, "bad")]
NOT_LOOKED_AT = "some validation rules were not checked"


@pytest.mark.parametrize("rule", APPLIED)
def test_what_keeps_a_rule_is_accepted(rule: str, cluster: Cluster) -> None:
    for document in documents(rule, "good"):
        answer = _create(cluster, document)
        assert answer.status == HTTPStatus.CREATED, f"{RULES[rule]}, and {document} keeps to it: {answer.text}"


@pytest.mark.parametrize("document", BAD, ids=str)
def test_what_breaks_a_rule_is_refused_for_that_alone(document: Document, cluster: Cluster) -> None:
    _refused(_create(cluster, document), document)


@pytest.mark.parametrize("document", BAD[::50], ids=str)
def test_kubectl_says_what_the_api_server_says(document: Document, kubectl: Kubectl) -> None:
    assert document.expect is not None
    assert document.expect in kubectl.within("default").try_apply(document.text, "--dry-run=server").stderr


@pytest.mark.parametrize("rule", CHANGED)
def test_a_change_is_judged_by_what_it_changes(rule: str, cluster: Cluster, kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    for before in documents(rule, "before"):
        here.apply(before.text)
    for good in documents(rule, "good"):
        here.apply(good.text)
    for bad in documents(rule, "bad"):
        patch = cluster.api().request(
            "PATCH",
            f"{_collection(bad, namespace)}/{bad.name}",
            yaml.safe_load(bad.text),
            content_type="application/merge-patch+json",
        )
        _refused(patch, bad)


def test_every_rule_has_its_manifests_and_every_manifest_its_rule() -> None:
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    wanted = {f"{rule}/{kind}.yaml" for rule in RULES for kind in ("good", "bad")}
    assert files == wanted | {f"{rule}/before.yaml" for rule in CHANGED}


def test_bad_manifests_say_what_they_expect_and_good_ones_expect_nothing() -> None:
    for rule in RULES:
        assert all(document.expect for document in documents(rule, "bad")), rule
        assert not any(document.expect for document in documents(rule, "good")), rule


def _collection(document: Document, namespace: str) -> str:
    kind: str = yaml.safe_load(document.text)["kind"]
    return f"/apis/poolkeeper.dev/v1alpha1/namespaces/{namespace}/{kind.lower()}s"


def _create(cluster: Cluster, document: Document) -> Answer:
    path = f"{_collection(document, 'default')}?dryRun=All&fieldValidation=Strict"
    return cluster.api().request("POST", path, yaml.safe_load(document.text))


def _refused(answer: Answer, document: Document) -> None:
    said = answer.json().get("message", "")
    assert answer.status >= HTTPStatus.BAD_REQUEST, f"{document} was accepted, although {RULES[document.rule]}"
    assert document.expect is not None
    assert document.expect in said, said
    # One of several causes only says that the dearer rules were not looked at after a cheap one had failed.
    given = answer.json().get("details", {}).get("causes", [])
    causes = [cause for cause in given if NOT_LOOKED_AT not in cause["message"]]
    assert len(causes) <= 1, f"{document} is refused for more than its rule: {said}"
