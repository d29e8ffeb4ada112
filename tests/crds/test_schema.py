"""What holds for every field of both schemas, read off the files; no API server is needed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.crds.documents import crd, fields

KINDS = ("batchpools", "batchaccounts")
FIELDS = [pytest.param(path, field, id=f"{kind}.{path}") for kind in KINDS for path, field in fields(kind)]


@pytest.mark.parametrize(("path", "field"), FIELDS)
def test_every_field_is_described_typed_and_bounded(path: str, field: dict[str, Any]) -> None:
    described: str = field.get("description", "")
    assert described.endswith("."), f"{path} needs a description of whole sentences"
    match field["type"]:
        case "string":
            assert "maxLength" in field or "enum" in field, f"{path}: CEL prices an unbounded string as 3 MB"
        case "array":
            assert "maxItems" in field, f"{path}: CEL prices an unbounded list by the largest request"
            assert "x-kubernetes-list-type" in field, f"{path}: server-side apply must know how to merge it"
        case "integer":
            assert "minimum" in field, f"{path}: no number here may be any number"
            assert "maximum" in field or field["format"] in {"int32", "int64"}, path
        case "object" if "additionalProperties" in field:
            assert "maxProperties" in field, f"{path}: a map without a bound can outgrow the object"
        case "object":
            assert field.get("properties"), f"{path} would take nothing"
        case "boolean":
            pass
        case other:
            pytest.fail(f"{path} has the type {other}")


@pytest.mark.parametrize("kind", KINDS)
def test_unknown_fields_are_never_kept(kind: str) -> None:
    keeping = [path for path, field in fields(kind) if "x-kubernetes-preserve-unknown-fields" in field]
    assert keeping == []


def test_properties_have_no_defaults_since_a_pool_says_everything_by_what_it_leaves_out() -> None:
    found = [path for path, field in fields("batchpools") if path.startswith("spec.properties") and "default" in field]
    assert found == []


def test_the_defaults_are_these() -> None:
    defaults = {kind: {path: field["default"] for path, field in fields(kind) if "default" in field} for kind in KINDS}
    assert defaults == {
        "batchpools": {"spec.mode": "Enforce", "spec.adoption": "Guard"},
        "batchaccounts": {
            "spec.apiVersion": "2024-07-01.20.0",
            "spec.checkInterval": "60s",
            "spec.maxRequestsPerSecond": 20,
        },
    }


@pytest.mark.parametrize("kind", KINDS)
def test_descriptions_of_defaults_say_what_the_schema_does(kind: str) -> None:
    for path, field in fields(kind):
        if "default" in field:
            assert f"Defaults to {field['default']}." in field["description"], path


def test_every_validation_rule_has_a_message_without_line_breaks() -> None:
    for kind in KINDS:
        for path, field in fields(kind):
            for rule in field.get("x-kubernetes-validations", []):
                assert rule.get("message"), f"{path}: {rule['rule']}"
                assert "\n" not in rule["message"], path


@pytest.mark.parametrize(
    ("kind", "names", "reason"),
    [
        (
            "batchpools",
            {"plural": "batchpools", "singular": "batchpool", "shortNames": ["bpool"], "kind": "BatchPool"},
            "the names that documentation, RBAC and users rely on",
        ),
        (
            "batchaccounts",
            {"plural": "batchaccounts", "singular": "batchaccount", "shortNames": ["ba"], "kind": "BatchAccount"},
            "the names that documentation, RBAC and users rely on",
        ),
    ],
)
def test_the_names_of_the_contract_stand(kind: str, names: dict[str, Any], reason: str) -> None:
    spec = crd(kind)["spec"]
    assert spec["group"] == "poolkeeper.dev", reason
    assert spec["scope"] == "Namespaced", reason
    assert names.items() <= spec["names"].items(), reason
    assert spec["names"]["categories"] == ["poolkeeper"], "kubectl get poolkeeper shows both"
    (version,) = spec["versions"]
    assert version["name"] == "v1alpha1", reason
    assert version["subresources"] == {"status": {}}, "a status patch must not move the generation"
