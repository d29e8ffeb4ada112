from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
import pytest

from poolkeeper import __version__
from poolkeeper.cli.main import main
from poolkeeper.settings import Settings
from tests.deploy.files import BASE, container, deployment, objects


def command() -> click.Command:
    """What the container's arguments start."""
    name, *_ = container()["args"]
    found = main.get_command(click.Context(main), name)
    assert found is not None, f"poolkeeper has no command {name}"
    return found


def ports() -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in container()["ports"]}


def twins() -> set[str]:
    """The environment variables that are settings."""
    named = [parameter.envvar for parameter in command().params]
    return {name for name in named if isinstance(name, str)}


def test_the_arguments_are_a_command_line_that_poolkeeper_takes() -> None:
    name, *rest = container()["args"]
    with command().make_context(name, list(rest)) as context:
        given = context.params
    assert {"health": given["health_port"], "metrics": given["metrics_port"]} == ports()
    assert given["listen"] == "0.0.0.0", "the kubelet asks from outside the pod"


def test_the_probes_ask_what_the_operator_answers() -> None:
    asked = {name: container()[f"{name}Probe"]["httpGet"] for name in ("liveness", "readiness")}
    assert asked == {
        "liveness": {"path": "/healthz", "port": "health"},
        "readiness": {"path": "/readyz", "port": "health"},
    }


def test_there_is_one_operator_at_a_time_also_during_an_update() -> None:
    spec = deployment()["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_a_stop_leaves_time_for_what_is_under_way() -> None:
    given = deployment()["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert given >= Settings().grace + 5, "the kubelet kills what has not ended by then"


def test_the_liveness_probe_outlasts_a_stop() -> None:
    probe = container()["livenessProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] > Settings().grace


def test_resources_have_requests_and_limits() -> None:
    resources = container()["resources"]
    assert set(resources["requests"]) == set(resources["limits"]) == {"cpu", "memory"}


def test_the_service_leads_to_the_metrics_of_the_pod() -> None:
    (service,) = objects((BASE / "service.yaml").read_text())
    template = deployment()["spec"]["template"]
    assert service["spec"]["selector"] == deployment()["spec"]["selector"]["matchLabels"]
    assert service["spec"]["selector"].items() <= template["metadata"]["labels"].items()
    (port,) = service["spec"]["ports"]
    assert port["targetPort"] in ports()
    assert port["port"] == Settings().metrics_port


def test_the_pod_runs_as_the_account_that_has_the_rights() -> None:
    (account,) = [each for each in objects((BASE / "rbac.yaml").read_text()) if each["kind"] == "ServiceAccount"]
    spec = deployment()["spec"]["template"]["spec"]
    assert spec["serviceAccountName"] == account["metadata"]["name"]
    assert deployment()["metadata"]["namespace"] == account["metadata"]["namespace"]


def test_the_image_has_the_version_of_the_code() -> None:
    assert container()["image"] == f"poolkeeper:{__version__}"


def test_no_setting_given_in_the_environment_is_unknown() -> None:
    given = {variable["name"] for variable in container().get("env", [])}
    assert {name for name in given if name.startswith("POOLKEEPER_")} <= twins()


def service_links(name: str, service: dict[str, Any]) -> Iterator[str]:
    """What the kubelet sets for a Service (kubernetes.io, "Service": environment variables)."""
    stem = name.upper().replace("-", "_")
    yield from (f"{stem}_SERVICE_HOST", f"{stem}_SERVICE_PORT", f"{stem}_PORT")
    for port in service["ports"]:
        yield f"{stem}_SERVICE_PORT_{port.get('name', '').upper().replace('-', '_')}"
        stretch = f"{stem}_PORT_{port['port']}_TCP"
        yield from (stretch, f"{stretch}_PROTO", f"{stretch}_PORT", f"{stretch}_ADDR")


@pytest.mark.parametrize("name", ["poolkeeper-metrics", "poolkeeper-health"])
def test_a_service_beside_the_operator_would_be_taken_for_a_setting(name: str) -> None:
    assert twins() & set(service_links(name, {"ports": [{"name": "http", "port": 80}]}))
    spec = deployment()["spec"]["template"]["spec"]
    assert spec["enableServiceLinks"] is False, f"a Service {name} would keep the operator from starting"


def test_our_own_service_sets_no_setting_even_where_links_are_on() -> None:
    (service,) = objects((BASE / "service.yaml").read_text())
    assert not twins() & set(service_links(service["metadata"]["name"], service["spec"]))
