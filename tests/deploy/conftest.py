"""The image's file system, built once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deploy.builder import Builder
from tests.deploy.dockerfile import parse
from tests.deploy.files import DEPLOY


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The root of the build stage's file system; it takes half a minute, and says so."""
    root = tmp_path_factory.mktemp("image")
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    assert capture is not None
    with capture.global_and_fixture_disabled():
        print("\nbuilding what the image holds, as deploy/Dockerfile says (half a minute) ...", flush=True)
        Builder(root).build(parse((DEPLOY / "Dockerfile").read_text())[0])
    return root
