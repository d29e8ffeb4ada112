"""Reads a Dockerfile as far as ours goes: stages, comments, lines that go on, exec form; no shell anywhere."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Instruction:
    """One instruction, its line continuations joined."""

    keyword: str
    value: str

    @property
    def words(self) -> list[str]:
        """The words of the value; of the exec form, its strings."""
        return [str(word) for word in json.loads(self.value)] if self.is_exec else shlex.split(self.value)

    @property
    def is_exec(self) -> bool:
        return self.value.startswith("[")

    @property
    def sources(self) -> list[str]:
        """What a COPY takes; `--from=...` stands in `stage`."""
        return [word for word in self.words if not word.startswith("--")][:-1]

    @property
    def target(self) -> str:
        return self.words[-1]

    @property
    def stage(self) -> str | None:
        """The stage that a COPY takes from; None for the build context."""
        found = re.match(r"--from=(\S+)", self.value)
        return found and found[1]


@dataclass
class Stage:
    """What stands between one FROM and the next."""

    base: str
    name: str | None
    steps: list[Instruction] = field(default_factory=list)

    def all(self, keyword: str) -> list[Instruction]:
        return [step for step in self.steps if step.keyword == keyword]

    def one(self, keyword: str) -> Instruction:
        (found,) = self.all(keyword)
        return found

    def pairs(self, keyword: str) -> dict[str, str]:
        """The KEY=VALUE pairs of every ENV or LABEL."""
        return dict(word.split("=", 1) for step in self.all(keyword) for word in step.words)


def parse(text: str) -> list[Stage]:
    """The stages, with the ARGs that stand before the first FROM put into each `base`."""
    stages: list[Stage] = []
    arguments: dict[str, str] = {}
    for step in _instructions(text):
        if step.keyword == "FROM":
            base, *name = step.words
            for argument, value in arguments.items():
                base = base.replace(f"${{{argument}}}", value)
            stages.append(Stage(base, name[1] if name else None))
        elif stages:
            stages[-1].steps.append(step)
        else:
            assert step.keyword == "ARG", f"{step.keyword} before the first FROM"
            argument, _, value = step.value.partition("=")
            arguments[argument] = value
    return stages


def _instructions(text: str) -> list[Instruction]:
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    lines = [line for line in code.replace("\\\n", " ").splitlines() if line.strip()]
    return [Instruction(*line.split(maxsplit=1)) for line in lines]
