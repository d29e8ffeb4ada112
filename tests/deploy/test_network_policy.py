"""Who may talk to the operator's Pod, and whom it may talk to."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from poolkeeper.domain.azure.endpoints import BATCH_DOMAINS, check_endpoint
from poolkeeper.domain.failures import EndpointNotAllowed
from poolkeeper.settings import Settings
from tests.deploy.files import BASE, Object, container, deployment, objects
from tests.deploy.overlays import only, overlay
from tests.testbed.kubectl import Kubectl

DNS = {("UDP", 53), ("TCP", 53)}
HTTPS = {("TCP", 443)}
API_SERVER = {("TCP", 6443)}
IMDS = "169.254.169.254/32"


def policy() -> Object:
    (found,) = objects((BASE / "networkpolicy.yaml").read_text())
    return found


def ports(rules: list[Object]) -> set[tuple[str, Any]]:
    return {(port["protocol"], port["port"]) for rule in rules for port in rule["ports"]}


def test_it_holds_for_the_operator_s_pod_in_both_directions() -> None:
    spec = policy()["spec"]
    assert policy()["metadata"]["namespace"] == deployment()["metadata"]["namespace"]
    assert spec["podSelector"]["matchLabels"].items() <= deployment()["spec"]["template"]["metadata"]["labels"].items()
    assert set(spec["policyTypes"]) == {"Ingress", "Egress"}, "a direction that is not named is open"


def test_in_come_probes_and_prometheus_at_the_ports_where_the_operator_listens() -> None:
    named = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert ports(policy()["spec"]["ingress"]) == {("TCP", name) for name in named}
    settings = Settings()
    assert named == {"health": settings.health_port, "metrics": settings.metrics_port}


def test_out_go_dns_https_and_the_api_server_and_nothing_else() -> None:
    rules = policy()["spec"]["egress"]
    assert ports(rules) == DNS | HTTPS | API_SERVER
    assert all(rule["ports"] for rule in rules), "a rule without ports is for all of them"


@pytest.mark.parametrize("domain", BATCH_DOMAINS)
def test_every_endpoint_that_is_allowed_without_a_flag_is_reached(domain: str) -> None:
    check_endpoint(f"https://research.westeurope.{domain}")
    with pytest.raises(EndpointNotAllowed):
        check_endpoint(f"https://research.westeurope.{domain}:8443")


def test_the_metadata_service_of_the_node_is_reached_with_the_component_for_it_alone(
    kubectl: Kubectl, tmp_path: Path
) -> None:
    without = policy()["spec"]
    given = only(overlay(kubectl, tmp_path, components=["managed-identity"]), "NetworkPolicy")["spec"]
    assert given.pop("egress") == [
        *without.pop("egress"),
        {"to": [{"ipBlock": {"cidr": IMDS}}], "ports": [{"protocol": "TCP", "port": 80}]},
    ]
    assert given == without


@pytest.mark.parametrize("components", [[], ["managed-identity"]], ids=str)
def test_the_api_server_takes_it_without_a_warning(components: list[str], kubectl: Kubectl, tmp_path: Path) -> None:
    rendered = only(overlay(kubectl, tmp_path, components=components), "NetworkPolicy")
    done = kubectl.try_apply(rendered, "--dry-run=server", "--validate=strict")
    assert (done.code, done.stderr) == (0, "")


def test_the_api_server_would_refuse_a_policy_that_means_nothing(kubectl: Kubectl) -> None:
    spoiled = copy.deepcopy(policy())
    spoiled["spec"]["egress"][0]["ports"][0]["port"] = 530000
    done = kubectl.try_apply(spoiled, "--dry-run=server")
    assert done.code != 0
    assert "must be between 1 and 65535" in done.stderr
