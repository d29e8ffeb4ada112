"""When a binary is built, and what an interrupted or failed build leaves behind."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.testbed import build, paths, progress, stamp, toolchain
from tests.testbed.errors import BedError

if TYPE_CHECKING:
    from pathlib import Path

LISTS = '[ "$1" = list ] && {{ echo stale a/b; echo stale c; exit; }}; '
COMPILES = LISTS + 'while [ "$1" != -o ]; do shift; done; echo made by {0} > "$2"'
FAILS_LATE = COMPILES + "; echo 'main.go:1: undefined: everything' >&2; exit 1"


@pytest.fixture(autouse=True)
def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "bed"))


def compiler(tmp_path: Path, script: str) -> toolchain.Go:
    """Return a Go command that is a shell script."""
    command = tmp_path / "go"
    command.write_text(f"#!/bin/sh\n{script.format(command)}\n")
    command.chmod(0o755)
    return toolchain.Go(command=command, bundled=False)


def test_a_built_binary_is_fresh_and_its_folder_holds_nothing_else(tmp_path: Path) -> None:
    build.build("etcd", compiler(tmp_path, COMPILES))
    assert stamp.fresh("etcd", build.wanted_stamp())
    assert [file.name for file in paths.binary("etcd").parent.iterdir()] == ["etcd"]


def test_a_build_tells_how_far_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build.build("etcd", compiler(tmp_path, COMPILES))
    assert "2 packages to compile" in capsys.readouterr().err
    word = progress.done_of(["a/b", "c", "d"])
    assert word([]) == ", package 0 of 3"
    assert word(["go: downloading c v1", "c", "a/b", "c"]) == ", package 2 of 3"


def test_a_failed_build_tells_what_go_said_and_leaves_nothing_half(tmp_path: Path) -> None:
    with pytest.raises(BedError, match=r"(?s)building etcd.*exit code 1.*undefined: everything"):
        build.build("etcd", compiler(tmp_path, FAILS_LATE))
    assert list(paths.binary("etcd").parent.iterdir()) == []
    assert not stamp.fresh("etcd", build.wanted_stamp())


def test_a_failed_build_keeps_the_binary_that_was_there(tmp_path: Path) -> None:
    build.build("etcd", compiler(tmp_path, COMPILES))
    before = paths.binary("etcd").read_text()
    with pytest.raises(BedError):
        build.build("etcd", compiler(tmp_path, FAILS_LATE))
    assert paths.binary("etcd").read_text() == before
    assert stamp.fresh("etcd", build.wanted_stamp())


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
def test_changed_modules_make_a_binary_stale(name: str, tmp_path: Path) -> None:
    modules = shutil.copytree(paths.MODULES, tmp_path / "modules")
    before = stamp.of_modules(modules, ["-trimpath"])
    with (modules / name).open("a") as file:
        file.write("// changed\n")
    assert stamp.of_modules(paths.MODULES, ["-trimpath"]) == before
    assert stamp.of_modules(modules, ["-trimpath"]) != before


def test_changed_flags_make_a_binary_stale() -> None:
    assert stamp.of_modules(paths.MODULES, ["-race"]) != build.wanted_stamp()


def test_a_binary_without_a_stamp_is_not_trusted() -> None:
    target = paths.binary("etcd")
    target.parent.mkdir(parents=True)
    target.write_text("from who knows where")
    assert not stamp.fresh("etcd", build.wanted_stamp())


def test_a_stamp_without_its_binary_is_not_trusted(tmp_path: Path) -> None:
    build.build("etcd", compiler(tmp_path, COMPILES))
    paths.binary("etcd").unlink()
    assert not stamp.fresh("etcd", build.wanted_stamp())


def test_the_api_server_is_told_the_version_that_go_mod_pins() -> None:
    go_mod = "require (\n\tk8s.io/kubernetes v1.99.3 // indirect\n\tk8s.io/kubernetes-extra v0.1.0\n)\n"
    assert build.flags(go_mod)[-1].endswith(" -X k8s.io/component-base/version.gitVersion=v1.99.3")
    with pytest.raises(BedError, match=r"requires no k8s\.io/kubernetes; restore .* from Git"):
        build.flags("replace k8s.io/kubernetes => ../kubernetes\n")
