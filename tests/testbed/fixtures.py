"""The test bed as pytest fixtures: one cluster per session, one namespace per test.

Registered once, in `tests/conftest.py`: `pytest_plugins = ["tests.testbed.fixtures"]`.
"""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from tests.testbed import binaries
from tests.testbed.cluster import Cluster
from tests.testbed.install import install

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.testbed.api import Api
    from tests.testbed.kubectl import Kubectl

GROUP_VERSION = "/apis/poolkeeper.dev/v1alpha1"
NAME_LIMIT = 40
"""Of the 63 characters of a namespace's name, leaving room for what tests append."""


@pytest.fixture(scope="session")
def testbed_binaries(pytestconfig: pytest.Config) -> None:
    """Make the binaries be there, showing the progress of a build instead of capturing it."""
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        binaries.ensure()


@pytest.fixture(scope="session")
def cluster(testbed_binaries: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:  # noqa: ARG001 - wanted for its effect
    """A running cluster with the CRDs and the operator's RBAC, for the whole session."""
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    running.start()
    try:
        install(running)
        yield running
    finally:
        running.destroy()


@pytest.fixture(scope="session")
def kubectl(cluster: Cluster) -> Kubectl:
    """kubectl as the administrator."""
    return cluster.kubectl


@pytest.fixture(scope="session")
def operator_kubectl(cluster: Cluster) -> Kubectl:
    """kubectl as the operator's own user."""
    return cluster.operator_kubectl


@pytest.fixture
def namespace(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[str]:
    """A namespace of the test's own; what it holds of Poolkeeper's kinds goes with the test.

    Otherwise the operator of a later test would find it. The namespace itself stays, as nothing here
    could finish its deletion.
    """
    api = cluster.api()
    name = fresh_name(request.node.name)
    created = api.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    assert created.status == HTTPStatus.CREATED, created.text
    yield name
    if cluster.running():
        empty(api, name)


def empty(api: Api, namespace: str) -> None:
    """Delete every object of Poolkeeper's kinds from a namespace; no CRD, nothing to do."""
    kinds = api.request("GET", GROUP_VERSION)
    for kind in kinds.json()["resources"] if kinds.status == HTTPStatus.OK else []:
        if kind["namespaced"] and "/" not in kind["name"]:
            gone = api.request("DELETE", f"{GROUP_VERSION}/namespaces/{namespace}/{kind['name']}")
            assert gone.status == HTTPStatus.OK, gone.text


def fresh_name(test: str) -> str:
    """Return a namespace name that tells which test it belongs to, and that nobody has had before."""
    readable = re.sub(r"[^a-z0-9]+", "-", test.lower().removeprefix("test_")).strip("-")
    # Not from `random`: pytest-randomly seeds it alike for every test.
    return f"{readable[:NAME_LIMIT].rstrip('-') or 'test'}-{secrets.token_hex(4)}"
