"""Builds kube-apiserver and etcd from the Go modules pinned under `modules/`.

No registry offers these two as plain binaries for every platform, while Go's module proxy carries
their sources with checksums. Go's own build cache makes a second clone on the machine little more than linking.
"""

from __future__ import annotations

import re

from tests.testbed import paths, progress, stamp, toolchain
from tests.testbed.errors import BedError

PACKAGES = {
    "etcd": "go.etcd.io/etcd/server/v3",
    "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
}
EXPECT = {
    "etcd": "30 s on two cores if Go has nothing cached, else 5 s",
    "kube-apiserver": "5 minutes on two cores if Go has nothing cached, else 15 s",
}


def flags(go_mod: str) -> tuple[str, ...]:
    """Return the compiler's flags: no paths of this machine in the file, no debug tables (a third of the size).

    Kubernetes' own build sets its version at link time; without it `kubectl version` shows a placeholder.
    """
    version = pinned(go_mod, "k8s.io/kubernetes")
    return "-trimpath", f"-ldflags=-s -w -X k8s.io/component-base/version.gitVersion={version}"


def pinned(go_mod: str, module: str) -> str:
    """Return the version at which go.mod requires a module."""
    match = re.search(rf"^\s*{re.escape(module)} (v\S+)", go_mod, re.MULTILINE)
    if match is None:
        raise BedError(f"go.mod requires no {module}; restore tests/testbed/modules/go.mod from Git")
    return match[1]


def wanted_stamp() -> str:
    """Return the stamp that a binary built now would bear."""
    return stamp.of_modules(paths.MODULES, _flags())


def build(name: str, go: toolchain.Go) -> None:
    """Build one of PACKAGES into the test bed's `bin/`.

    The compiler writes under another name and the finished file is renamed: an interrupted build leaves
    nothing that looks like a binary. Raises BedError with the end of Go's output.
    """
    target = paths.binary(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{name}.part")
    half.unlink(missing_ok=True)
    packages = _not_cached(name, go)
    try:
        progress.run(
            [str(go.command), "build", "-v", *_flags(), "-o", str(half), PACKAGES[name]],
            what=f"building {name}",
            expect=f"{len(packages)} packages to compile; {EXPECT[name]}",
            log=paths.home() / "logs" / f"build-{name}.log",
            cwd=paths.MODULES,
            env=go.environment(),
            word=progress.done_of(packages),
        )
        stamp.void(name)
        half.replace(target)
    finally:
        half.unlink(missing_ok=True)
    stamp.record(name, wanted_stamp())


def _not_cached(name: str, go: toolchain.Go) -> list[str]:
    """The packages that Go has to compile; to know them, it first downloads whatever sources it lacks."""
    log = paths.home() / "logs" / f"list-{name}.log"
    stale = "{{if .Stale}}stale {{.ImportPath}}{{end}}"
    progress.run(
        [str(go.command), "list", "-deps", "-f", stale, *_flags(), PACKAGES[name]],
        what=f"fetching the sources of {name}",
        expect="a minute if Go has none of them, else 3 s",
        log=log,
        cwd=paths.MODULES,
        env=go.environment(),
    )
    return [line.removeprefix("stale ") for line in log.read_text().splitlines() if line.startswith("stale ")]


def _flags() -> tuple[str, ...]:
    return flags((paths.MODULES / "go.mod").read_text())
