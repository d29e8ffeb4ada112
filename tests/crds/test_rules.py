from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crds.documents import FOLDER, Document, documents
from tests.crds.rules import APPLIED, CHANGED, RULES

if TYPE_CHECKING:
    from tests.testbed.kubectl import Kubectl, Result

BAD = [each for rule in APPLIED for each in documents(rule, "bad")]
NOT_LOOKED_AT = "some validation rules were not checked"


@pytest.mark.parametrize("rule", APPLIED)
def test_what_keeps_a_rule_is_accepted(rule: str, kubectl: Kubectl) -> None:
    done = kubectl.within("default").try_apply(FOLDER / rule / "good.yaml", "--dry-run=server")
    assert done.code == 0, f"{RULES[rule]}, and this keeps to it: {done.stderr}"


@pytest.mark.parametrize("document", BAD, ids=str)
def test_what_breaks_a_rule_is_refused_for_that_alone(document: Document, kubectl: Kubectl) -> None:
    _refused(_dry_run(kubectl, document), document)


@pytest.mark.parametrize("rule", CHANGED)
def test_a_change_is_judged_by_what_it_changes(rule: str, kubectl: Kubectl, namespace: str) -> None:
    here = kubectl.within(namespace)
    for before in documents(rule, "before"):
        here.apply(before.text)
    for good in documents(rule, "good"):
        here.apply(good.text)
    for bad in documents(rule, "bad"):
        _refused(here.try_apply(bad.text), bad)


def test_every_rule_has_its_manifests_and_every_manifest_its_rule() -> None:
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    wanted = {f"{rule}/{kind}.yaml" for rule in RULES for kind in ("good", "bad")}
    assert files == wanted | {f"{rule}/before.yaml" for rule in CHANGED}


def test_bad_manifests_say_what_they_expect_and_good_ones_expect_nothing() -> None:
    for rule in RULES:
        assert all(document.expect for document in documents(rule, "bad")), rule
        assert not any(document.expect for document in documents(rule, "good")), rule


def _dry_run(kubectl: Kubectl, document: Document) -> Result:
    return kubectl.within("default").try_apply(document.text, "--dry-run=server")


def _refused(done: Result, document: Document) -> None:
    said = done.stderr
    assert done.code != 0, f"{document} was accepted, although {RULES[document.rule]}"
    assert document.expect is not None
    assert document.expect in said, said
    # kubectl gives each of several causes a line with an asterisk; one of them only says that the dearer rules were
    # not looked at after a cheap one had failed.
    causes = [line for line in said.splitlines() if line.startswith("* ") and NOT_LOOKED_AT not in line]
    assert len(causes) <= 1, f"{document} is refused for more than its rule: {said}"
