"""The operator and a world around it, as pytest fixtures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.batchsim.sim import BatchSim
from tests.support.operator_process import OperatorProcess
from tests.support.world import World
from tests.testbed.cluster import Cluster
from tests.testbed.kubectl import Kubectl
from tests.testbed.ports import LOOPBACK

StartOperator = Callable[..., OperatorProcess]

QUICK = ("--slow-retry", "2s")
"""What a person has to mend is tried again while a test waits."""


@pytest.fixture
def operator_of(cluster: Cluster, tmp_path: Path) -> Iterator[StartOperator]:
    """Makes operators with the flags given, not yet started; all stop with the test."""
    made: list[OperatorProcess] = []

    def make(*, allow: str, flags: tuple[str, ...] = ()) -> OperatorProcess:
        operator = OperatorProcess(
            kubeconfig=cluster.operator_kubeconfig,
            folder=tmp_path / f"operator-{len(made)}",
            allow=allow,
            flags=(*QUICK, *flags),
        )
        made.append(operator)
        return operator

    yield make
    for operator in made:
        operator.stop()


@pytest.fixture(scope="session")
def shared_operator(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatorProcess]:
    """The operator of every test that wants no flags; not yet started. It may talk to every stand-in."""
    operator = OperatorProcess(
        kubeconfig=cluster.operator_kubeconfig,
        folder=tmp_path_factory.mktemp("operator"),
        allow=f"http://{LOOPBACK}",
        flags=QUICK,
    )
    yield operator
    operator.stop()


@pytest.fixture(autouse=True)
def _nobody_else(request: pytest.FixtureRequest) -> None:
    # What a test without a world puts into the API server is nobody's but its own.
    if "testbed_binaries" in request.fixturenames and "world" not in request.fixturenames:
        operator: OperatorProcess = request.getfixturevalue("shared_operator")
        operator.stop()


@pytest.fixture
def world(
    cluster: Cluster, kubectl: Kubectl, namespace: str, batchsim: BatchSim, shared_operator: OperatorProcess
) -> World:
    """Everything but the resources; the operator is running.

    It is the one of the test before, unless that test ended it: each test has a namespace and an account of its own,
    and a test may stop, kill and restart the operator as it likes.
    """
    operator = shared_operator.for_another_test()
    return World(cluster=cluster, kubectl=kubectl.within(namespace), sim=batchsim, operator=operator)
