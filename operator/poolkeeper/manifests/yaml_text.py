"""One document of YAML or JSON, read as the API server reads it, and never quoted in a message."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

MOST_NODES = 200_000
"""Of one document with its aliases followed: some lines of YAML can stand for more values than fit into memory."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class Unreadable(Exception):
    """A text is not what it should be; the message says why and quotes nothing."""


def parse(text: str, *, line: int = 0) -> Any:
    """One document; raises Unreadable, with lines counted from `line`."""
    body = _json(text, line) if text.lstrip().startswith(("{", "[")) else _yaml(text, line)
    _check_values(body)
    return body


def _json(text: str, line: int) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError:
        # Flow style YAML begins like JSON.
        return _yaml(text, line)
    except ValueError:
        raise Unreadable("has a number with more digits than any number has") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None


def _no_number(_: str) -> Any:
    raise Unreadable("has a number that JSON does not know (NaN or Infinity)")


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in pairs:
        if name in body:
            raise Unreadable(_TWICE)
        body[name] = value
    return body


def _yaml(text: str, line: int) -> Any:
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader that takes less
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f" in line {line + mark.line + 1}, column {mark.column + 1}"
        raise Unreadable(f"is not YAML{where}: {_QUOTED.sub('…', error.problem or 'it ends too early')}") from None
    except (yaml.YAMLError, ValueError, TypeError, OverflowError):
        raise Unreadable("is not YAML") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None


def _check_values(body: Any) -> None:
    stack, nodes = [body], 0
    while stack:
        node = stack.pop()
        nodes += 1
        if nodes > MOST_NODES:
            raise Unreadable("is too large, once its YAML aliases are followed")
        if isinstance(node, dict):
            for key in node:
                _check_text(key)
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
        else:
            _check_text(node)


def _check_text(value: Any) -> None:
    # Escapes can spell half of a pair; no encoding of Unicode has it, and the API server would store something else.
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unreadable("has an escape for half a character (a lone surrogate)") from None


_TWICE = "a key stands twice"


class _Loader(yaml.SafeLoader):
    """A key stands once, a date is text, 12:30 is no number and 1e3 is one."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as yaml declares it

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._checked: set[int] = set()
        self._merged = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        # What `<<` merges in may be overridden, and stands beside what overrides it from then on.
        if id(node) not in self._checked:
            self._checked.add(id(node))
            _check_keys(node)
        super().flatten_mapping(node)
        # Each level may multiply what is merged into it: some lines would be millions of pairs.
        self._merged += len(node.value)
        if self._merged > MOST_NODES:
            raise Unreadable("is too large, once its YAML merge keys are followed")


def _check_keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key.value, str) and key.value in seen:
            raise yaml.constructor.ConstructorError(None, None, _TWICE, key.start_mark)
        if isinstance(key.value, str):
            seen.add(key.value)


_IMPLICIT = (
    ("bool", r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF", "yYnNtTfFoO"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("int", r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)", "-+0123456789"),
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
)
"""What a plain scalar is, by its text: YAML 1.1 as Go's reader has it, which knows neither dates nor base 60."""

for _tag, _pattern, _first in _IMPLICIT:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))
