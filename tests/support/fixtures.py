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


class SharedOperators:
    """Operators that outlive a test, one for each set of flags; one of them runs at most.

    They may talk to every stand-in: each test has a namespace and accounts of its own, and may stop, kill and restart
    the operator as it likes.
    """

    def __init__(self, kubeconfig: Path, folder: Path) -> None:
        self._kubeconfig = kubeconfig
        self._folder = folder
        self._made: dict[tuple[str, ...], OperatorProcess] = {}

    def only(self, *flags: str) -> OperatorProcess:
        """The one with these flags, running; it is the one of the test before, unless that test ended it."""
        self.stop(but=flags)
        if flags not in self._made:
            folder = self._folder / f"operator-{len(self._made)}"
            self._made[flags] = OperatorProcess(
                kubeconfig=self._kubeconfig, folder=folder, allow=f"http://{LOOPBACK}", flags=(*QUICK, *flags)
            )
        return self._made[flags].for_another_test()

    def stop(self, *, but: tuple[str, ...] | None = None) -> None:
        """End them all, or all but one."""
        for flags, operator in self._made.items():
            if flags != but:
                operator.stop()


@pytest.fixture(scope="session")
def shared_operators(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedOperators]:
    """Made for the session; none runs yet."""
    operators = SharedOperators(cluster.operator_kubeconfig, tmp_path_factory.mktemp("operators"))
    yield operators
    operators.stop()


@pytest.fixture(autouse=True)
def _nobody_else(request: pytest.FixtureRequest) -> None:
    # What a test without a world puts into the API server is nobody's but its own.
    if "testbed_binaries" in request.fixturenames and "world" not in request.fixturenames:
        operators: SharedOperators = request.getfixturevalue("shared_operators")
        operators.stop()


@pytest.fixture
def flags() -> tuple[str, ...]:
    """What the world's operator is told; a module that wants others overrides it."""
    return ()


@pytest.fixture
def world(
    cluster: Cluster,
    kubectl: Kubectl,
    namespace: str,
    batchsim: BatchSim,
    shared_operators: SharedOperators,
    *,
    flags: tuple[str, ...],
) -> World:
    """Everything but the resources; the operator is running."""
    operator = shared_operators.only(*flags)
    return World(cluster=cluster, kubectl=kubectl.within(namespace), sim=batchsim, operator=operator)
