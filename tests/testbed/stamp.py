"""What a binary was made from, so that it is made again when that changes and only then."""

from __future__ import annotations

import hashlib
import platform
from typing import TYPE_CHECKING

from tests.testbed import paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def of_modules(modules: Path, flags: Sequence[str]) -> str:
    """Return the stamp of a build: the pinned modules, the flags, and the machine it runs on.

    Go's version is not in it: another Go makes another file of the same behaviour, and a change of
    the Go on PATH is no reason for minutes of compiling.
    """
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        digest.update((modules / name).read_bytes())
        digest.update(b"\0")
    digest.update("\0".join([*flags, platform.system(), platform.machine()]).encode())
    return f"modules sha256:{digest.hexdigest()}"


def _file(name: str) -> Path:
    return paths.home() / "stamps" / name


def fresh(name: str, stamp: str) -> bool:
    """Tell whether the binary is there and was made from what the stamp says."""
    target, file = paths.binary(name), _file(name)
    return target.is_file() and file.is_file() and file.read_text() == stamp


def void(name: str) -> None:
    """Forget what a binary was made from: it is about to be replaced."""
    _file(name).unlink(missing_ok=True)


def record(name: str, stamp: str) -> None:
    """Note what a binary was made from. Comes last: a crash before it means making the binary again."""
    file = _file(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(stamp)
