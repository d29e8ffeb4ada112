"""The image's file system and a cluster with the namespaced variant, each made once for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deploy.builder import Builder
from tests.deploy.dockerfile import parse
from tests.deploy.files import CRDS, DEPLOY, KUSTOMIZE, WATCHED
from tests.testbed.cluster import Cluster
from tests.testbed.install import install
from tests.testbed.lock import exclusive


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The root of the build stage's file system; it takes half a minute, and says so.

    Made once for all workers: the first one builds it, the others wait for it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if hasattr(pytestconfig, "workerinput") else base
    root, built = shared / "image", shared / "image.built"
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled(), exclusive(shared / "image.lock"):
        if not built.exists():
            print("\nbuilding what the image holds, as deploy/Dockerfile says (half a minute) ...", flush=True)
            root.mkdir()
            Builder(root).build(parse((DEPLOY / "Dockerfile").read_text())[0])
            built.touch()
    return root


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
