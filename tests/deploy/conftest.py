"""The image's file system and a cluster with the namespaced variant, each made once for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deploy.dockerfile import parse
from tests.deploy.files import CRDS, DEPLOY, KUSTOMIZE, WATCHED
from tests.deploy.layers import built
from tests.testbed import paths
from tests.testbed.cluster import Cluster
from tests.testbed.install import install


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Path]:
    """The root of the build stage's file system; the first time it takes half a minute, and says so."""
    base = tmp_path_factory.getbasetemp()
    session = base.parent if hasattr(pytestconfig, "workerinput") else base
    stage = parse((DEPLOY / "Dockerfile").read_text())[0]
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with ExitStack() as stack:
        with capture.global_and_fixture_disabled():
            print("\nbuilding what the image holds, as deploy/Dockerfile says ...", flush=True)
            root = stack.enter_context(built(stage, kept=paths.home() / "image", session=session))
        yield root


@pytest.fixture(scope="session")
def namespaced(testbed_binaries: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:  # noqa: ARG001 - wanted for its effect
    """A cluster in which somebody has installed the CRDs, and then deploy/kustomize/example."""
    folder = tmp_path_factory.mktemp("namespaced")
    crds_alone = folder / "root"
    shutil.copytree(CRDS, crds_alone / "crds")
    running = Cluster(folder / "cluster")
    running.start()
    try:
        install(running, root=crds_alone)
        for name in (*WATCHED, "elsewhere"):
            running.kubectl.out("create", "namespace", name)
        running.kubectl.out("apply", "-k", str(KUSTOMIZE / "example"))
        yield running
    finally:
        running.destroy()
