"""kubectl as a function: arguments in, what it printed out. Nothing is read from or written to the user's home."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tests.testbed import paths

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE = 120.0
"""Seconds for one command. No kubectl call of a test takes that long; one that hangs shall not hang the run."""


class KubectlError(AssertionError):
    """A command that had to succeed did not; the message shows the command and what it said."""


class Result(NamedTuple):
    """What a command printed, and its exit code."""

    stdout: str
    stderr: str
    code: int


Manifest: TypeAlias = "str | Path | Mapping[str, Any] | Sequence[Mapping[str, Any]]"


@dataclass(frozen=True, kw_only=True)
class Kubectl:
    """kubectl as one user, optionally in one namespace."""

    kubeconfig: Path
    cache_dir: Path
    namespace: str | None = None

    def within(self, namespace: str) -> Kubectl:
        """Return the same kubectl with another default namespace."""
        return replace(self, namespace=namespace)

    def run(self, *args: str, stdin: str | None = None) -> Result:
        """Run a command and return what came of it, whatever the exit code."""
        done = subprocess.run(
            self.command(*args),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            env=self.environment(),
        )
        return Result(done.stdout, done.stderr, done.returncode)

    def out(self, *args: str, stdin: str | None = None) -> str:
        """Run a command that has to succeed and return what it printed. Raises KubectlError."""
        result = self.run(*args, stdin=stdin)
        if result.code != 0:
            said = f"{result.stdout}{result.stderr}".strip()
            raise KubectlError(f"kubectl {' '.join(args)}: exit code {result.code}: {said}")
        return result.stdout

    def json(self, *args: str) -> Any:
        """Run a command with `-o json` and return the object. Raises KubectlError."""
        return json.loads(self.out(*args, "-o", "json"))

    def apply(self, manifest: Manifest, *flags: str) -> str:
        """Apply a manifest that has to be accepted (forms: `try_apply`). Raises KubectlError."""
        file, stdin = _as_input(manifest)
        return self.out("apply", "-f", file, *flags, stdin=stdin)

    def try_apply(self, manifest: Manifest, *flags: str) -> Result:
        """Apply a manifest and return what the API server made of it.

        A string is YAML, a Path is a file or a folder, a mapping one object, a list of mappings several.
        """
        file, stdin = _as_input(manifest)
        return self.run("apply", "-f", file, *flags, stdin=stdin)

    def wait_for(self, state: str, *objects: str, timeout: float = 90.0) -> str:
        """`kubectl wait`: `wait_for("condition=Ready", "batchpool/rendering")`. Raises KubectlError."""
        return self.out("wait", f"--for={state}", f"--timeout={timeout:g}s", *objects)

    def command(self, *args: str) -> list[str]:
        """Return the command line, for tests that start kubectl themselves (a watch, say)."""
        where = [f"--namespace={self.namespace}"] if self.namespace else []
        return [
            str(paths.binary("kubectl")),
            f"--kubeconfig={self.kubeconfig}",
            f"--cache-dir={self.cache_dir / 'cache'}",
            *where,
            *args,
        ]

    def environment(self) -> dict[str, str]:
        """Return the environment to start it in: a home of its own, so that nobody's kuberc counts."""
        return {"HOME": str(self.cache_dir), "PATH": os.environ.get("PATH", os.defpath)}


def _as_input(manifest: Manifest) -> tuple[str, str | None]:
    """Return what follows `-f`, and what goes to standard input."""
    if isinstance(manifest, Path):
        return str(manifest), None
    if isinstance(manifest, str):
        return "-", manifest
    if isinstance(manifest, list | tuple):
        return "-", json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifest)})
    return "-", json.dumps(manifest)
