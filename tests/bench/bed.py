"""What every phase stands on: one API server for the run; fresh stand-ins and a fresh namespace for each contender."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.accounts import Accounts, Asked, operations
from tests.bench.contender import Contender, Running, Scene
from tests.bench.kube import Kube
from tests.bench.options import Options
from tests.testbed import binaries
from tests.testbed.cluster import Cluster
from tests.testbed.errors import BedError
from tests.testbed.install import install

RATE = 1000
"""Requests a second of every account where the limiter is not what is measured: the most that the CRD takes."""


@dataclass(kw_only=True)
class Bed:
    """The cluster, and the bench's hand in it."""

    folder: Path
    cluster: Cluster
    kube: Kube
    options: Options

    @contextmanager
    def stage(
        self, contender: Contender, *, size: int, rate: int = RATE, release: str = "1", accounts: int | None = None
    ) -> Iterator[Stage]:
        """Fresh accounts with so many live pools at `release`, and BatchPools that want release 2."""
        token = secrets.token_hex(3)
        namespace = f"bench-{contender.name}-{token}"
        with ExitStack() as stack:
            started = Accounts.start(accounts or self.options.accounts, folder=self.folder, prefix=f"b{token}")
            stack.callback(started.stop)
            started.fill(size, release=release)
            if contender.patches:
                self.kube.grant()
                stack.callback(self.kube.revoke)
            every = self.options.interval
            stack.callback(self._clear, namespace)
            self.kube.furnish(namespace, started, size=size, interval=every, rate=rate, release="2")
            scene = Scene(
                cluster=self.cluster, accounts=started, namespace=namespace, interval=every, folder=self.folder
            )
            stage = Stage(bed=self, contender=contender, scene=scene, size=size)
            stack.callback(stage.stop)
            yield stage

    def _clear(self, namespace: str) -> None:
        if self.cluster.running():
            self.kube.clear(namespace)


@dataclass(kw_only=True)
class Stage:
    """One contender in front of its pools; `running` is its process, if it has been started."""

    bed: Bed
    contender: Contender
    scene: Scene
    size: int
    running: Running | None = field(default=None)

    @property
    def accounts(self) -> Accounts:
        """The stand-ins."""
        return self.scene.accounts

    @property
    def process(self) -> Running:
        """The contender's."""
        assert self.running is not None, "only asked for once it has been started"
        return self.running

    def start(self) -> Running:
        """Start the contender."""
        self.running = Running(self.contender, self.scene)
        return self.running

    def stop(self) -> None:
        """End it, if it runs."""
        if self.running is not None:
            self.running.stop()
            self.running = None

    def until(self, holds: Callable[[], bool], *, what: Callable[[], str], every: float = 0.1) -> None:
        """Wait for something of the contender; BedError says what did not come, or that it has died."""
        deadline = time.monotonic() + self.bed.options.patience
        while not holds():
            self.process.check()
            if time.monotonic() > deadline:
                waited = f"{self.contender.title}, {self.size} pools: {what()}"
                raise BedError(f"{waited}: not within {self.bed.options.patience:g} s\n{self.process.log_tail()}")
            time.sleep(every)

    def settle(self) -> None:
        """Start the contender before pools that are as they should be, and wait until it knows."""
        taking = Taking(self)
        self.start()
        # A few lists, or a read of each pool.
        self.until(
            lambda: taking.requests() > 0 and self.quiet(seconds=3.0, at_most=10.0),
            what=lambda: f"{taking.requests()} requests, and then quiet",
        )

    def quiet(self, *, seconds: float, at_most: float) -> bool:
        """Wait until nothing has been asked of any account for so long; False if that did not come in time."""
        deadline = time.monotonic() + at_most
        mark, since = self.accounts.mark(), time.monotonic()
        while time.monotonic() - since < seconds:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.1)
            if (now := self.accounts.mark()) != mark:
                mark, since = now, time.monotonic()
        return True


@dataclass(frozen=True, kw_only=True)
class Toll:
    """What was asked of Batch and written to Kubernetes in some time."""

    asked: list[Asked]
    kube: Counter[str]

    @property
    def operations(self) -> Counter[str]:
        """Requests to Batch by operation."""
        return operations(self.asked)


class Taking:
    """Begun before a phase, it tells the toll afterwards."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._kube = stage.bed.kube.writes()
        self._mark = stage.accounts.mark()
        self._reader = stage.accounts.read(self._mark)

    def requests(self) -> int:
        """How many requests to Batch; next to nothing to ask for."""
        return sum(self._stage.accounts.mark()) - sum(self._mark)

    def asked(self) -> list[Asked]:
        """The requests to Batch alone, which are cheaper to have than the rest."""
        return self._reader.asked()

    def toll(self, *, own: Counter[str] | None = None) -> Toll:
        """Since then, but for what the bench itself wrote to Kubernetes."""
        asked = self.asked()
        kube = self._stage.bed.kube.writes()
        kube.subtract(self._kube)
        kube.subtract(own or {})
        return Toll(asked=asked, kube=+kube)


@contextmanager
def bed(folder: Path, options: Options) -> Iterator[Bed]:
    """A cluster with our CRDs and RBAC; it ends with the block, and with the bench if that is killed."""
    binaries.ensure()
    cluster = Cluster(folder / "cluster")
    cluster.start()
    try:
        install(cluster)
        kube = Kube(cluster)
        try:
            yield Bed(folder=folder, cluster=cluster, kube=kube, options=options)
        finally:
            kube.close()
    finally:
        cluster.destroy()
