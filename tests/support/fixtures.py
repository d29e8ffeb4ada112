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

StartOperator = Callable[..., OperatorProcess]


@pytest.fixture
def operator_of(cluster: Cluster, tmp_path: Path) -> Iterator[StartOperator]:
    """Makes operators with the flags given, not yet started; all stop with the test."""
    made: list[OperatorProcess] = []

    def make(*, allow: str, flags: tuple[str, ...] = ()) -> OperatorProcess:
        operator = OperatorProcess(
            kubeconfig=cluster.operator_kubeconfig,
            folder=tmp_path / f"operator-{len(made)}",
            allow=allow,
            flags=("--slow-retry", "2s", *flags),
        )
        made.append(operator)
        return operator

    yield make
    for operator in made:
        operator.stop()


@pytest.fixture
def world(cluster: Cluster, kubectl: Kubectl, namespace: str, batchsim: BatchSim, operator_of: StartOperator) -> World:
    """Everything but the resources; the operator is running."""
    operator = operator_of(allow=batchsim.url).start()
    return World(cluster=cluster, kubectl=kubectl.within(namespace), sim=batchsim, operator=operator)
