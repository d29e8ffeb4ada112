"""Where the three binaries come from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.testbed import binaries, build, paths, stamp
from tests.testbed.errors import BedError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "bed"))


@pytest.fixture
def assets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "assets"
    folder.mkdir()
    for name in binaries.NAMES:
        (folder / name).write_text(f"#!/bin/sh\necho {name}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv(binaries.ASSETS_VARIABLE, str(folder))
    return folder


def test_envtest_assets_are_used_as_they_are(assets: Path) -> None:
    folder = binaries.ensure()
    assert {file.name: file.resolve() for file in folder.iterdir()} == {name: assets / name for name in binaries.NAMES}
    assert binaries.ensure() == folder


def test_envtest_assets_replace_what_was_built_and_the_build_counts_as_stale_then(assets: Path) -> None:
    built = paths.binary("etcd")
    built.parent.mkdir(parents=True)
    built.write_text("built")
    stamp.record("etcd", build.wanted_stamp())
    binaries.ensure()
    assert built.readlink() == assets / "etcd"
    assert not stamp.fresh("etcd", build.wanted_stamp())


def test_other_envtest_assets_replace_the_first(assets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binaries.ensure()
    moved = assets.rename(assets.with_name("moved"))
    monkeypatch.setenv(binaries.ASSETS_VARIABLE, str(moved))
    binaries.ensure()
    assert paths.binary("etcd").resolve() == moved / "etcd"


def test_missing_envtest_assets_are_named_with_the_way_out(assets: Path) -> None:
    (assets / "etcd").unlink()
    (assets / "kubectl").chmod(0o644)
    with pytest.raises(BedError) as caught:
        binaries.ensure()
    assert str(caught.value) == (
        f"KUBEBUILDER_ASSETS={assets} holds no executable etcd, kubectl; put them there "
        "(`setup-envtest use` fetches all three) or unset KUBEBUILDER_ASSETS to have them built"
    )


def test_kubectl_is_the_one_of_the_development_environment() -> None:
    assert os.access(binaries.find_kubectl(), os.X_OK)
