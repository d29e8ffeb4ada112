"""One document of YAML or JSON, read as the API server reads it, and never quoted in a message."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import yaml

MOST_NODES = 200_000
"""Of one document with its aliases followed: some lines of YAML can stand for more values than fit into memory."""

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


class Unreadable(Exception):
    """A text is not what it should be; the message says why and quotes nothing."""


def parse(text: str, *, line: int = 0) -> Any:
    """One document; raises Unreadable, with lines counted from `line`."""
    (body,) = parse_all(text, line=line)
    return body


def parse_all(text: str, *, line: int = 0, stream: bool = True) -> Iterator[Any]:
    """One document of YAML, or a stream of JSON objects; raises Unreadable behind those that could be read.

    `stream` is whether kubectl would read more than one JSON object here: in a file that begins with one.
    """
    bodies = _json(text, stream=stream) if text.lstrip().startswith(("{", "[")) else None
    if bodies is None:
        # Flow style YAML begins like JSON.
        bodies = iter((_yaml(text, line),))
    for body in bodies:
        _check_values(body)
        yield body


def _json(text: str, *, stream: bool) -> Iterator[Any] | None:
    """The objects of a stream; None when not even the first is JSON."""
    first = _next_json(text, 0)
    return None if first is None else _stream(text, first, stream=stream)


def _stream(text: str, first: tuple[Any, int], *, stream: bool) -> Iterator[Any]:
    body, end = first
    yield body
    while text[end:].strip():
        if not stream:
            raise Unreadable("has something behind a JSON object, which kubectl leaves out")
        found = _next_json(text, end)
        if found is None:
            raise Unreadable("has something behind a JSON object that is none")
        body, end = found
        yield body


def _next_json(text: str, at: int) -> tuple[Any, int] | None:
    try:
        return _DECODER.raw_decode(text, at + len(text[at:]) - len(text[at:].lstrip()))
    except json.JSONDecodeError:
        return None
    except ValueError:
        raise Unreadable("has a number with more digits than any number has") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None


def _number(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _no_number(_: str) -> NoReturn:
    raise Unreadable("has a number that JSON does not know (NaN or Infinity)")


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in pairs:
        if name in body:
            raise Unreadable(_TWICE)
        body[name] = value
    return body


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number, parse_float=_number)


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


_ESCAPES = {name: char for name, char in yaml.SafeLoader.ESCAPE_REPLACEMENTS.items() if name != "/"}
"""Those of a double-quoted scalar: go-yaml v2 does not take `\\/`."""


class _Loader(yaml.SafeLoader):
    """YAML as kubectl's reader (sigs.k8s.io/yaml, go-yaml v2) has it; a key stands once."""

    ESCAPE_REPLACEMENTS = _ESCAPES  # type: ignore[misc] # a constant of the scanner, and this is another scanner

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._checked: set[int] = set()
        self._merged = 0

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode and implicit[0]:
            return _MERGE if value == "<<" else _TAGS[type(plain_value(value))]
        tag: str = super().resolve(kind, value, (False, False))  # type: ignore[no-untyped-call] # yaml's types lack it
        return tag

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

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - yaml's
        self.flatten_mapping(node)
        pairs = ((self.construct_object(key, deep=True), value) for key, value in node.value)
        return {_key(name): self.construct_object(value, deep=deep) for name, value in pairs}


def _check_keys(node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            continue
        # `yes` and `true` are one key.
        name = _key(key.value if key.tag in (_TAGS[str], _MERGE) else plain_value(key.value))
        if name in seen:
            raise yaml.constructor.ConstructorError(None, None, _TWICE, key.start_mark)
        seen.add(name)


def _key(name: Any) -> Any:
    """A key is text in JSON: `true`, `1` and `1.5` are names."""
    if isinstance(name, bool):
        return "true" if name else "false"
    if isinstance(name, float):
        return f"{name:g}"
    if isinstance(name, int):
        return str(name)
    if name is None or not isinstance(name, str):
        raise Unreadable("has a key that is no text")
    return name


_WORDS: dict[str, Any] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **{sign + word: math.inf for sign in ("", "+") for word in (".inf", ".Inf", ".INF")},
    **{"-" + word: -math.inf for word in (".inf", ".Inf", ".INF")},
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
}
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_FRACTION = re.compile(r"\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?", re.ASCII)
"""What begins with a point goes to Go's own ParseFloat, for which an underscore stands between digits only."""
_INTEGER = re.compile(
    r"(?P<sign>[-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<bin>[01]+)|0[oO]?(?P<oct>[0-7]+)|(?P<dec>0|[1-9][0-9]*))",
    re.ASCII,
)
_BASES = {"hex": 16, "bin": 2, "oct": 8, "dec": 10}
_MOST_INTEGER, _LEAST_INTEGER = 2**64 - 1, -(2**63)
_MOST_DIGITS = 400
"""Characters of a number; more of them are no number for any reader."""


def plain_value(text: str) -> str | int | float | bool | None:
    """What a plain scalar stands for: YAML 1.1 as go-yaml v2 reads it, which knows neither dates nor base 60.

    Sources: its resolve.go, and kubectl itself (tests/property/test_laws_of_reading.py).
    """
    if text in _WORDS:
        value: str | int | float | bool | None = _WORDS[text]
        return value
    if text[0] not in "+-.0123456789" or len(text) > _MOST_DIGITS:
        return text
    plain = text if text[0] == "." else text.replace("_", "")
    whole = _INTEGER.fullmatch(plain)
    if whole is not None:
        name = whole.lastgroup or "dec"
        number = int(whole["sign"] + whole[name], _BASES[name])
        if _LEAST_INTEGER <= number <= _MOST_INTEGER:
            return number
    if (_FRACTION if text[0] == "." else _FLOAT).fullmatch(plain):
        real = float(plain)
        return text if math.isinf(real) else real
    return text


_MERGE = "tag:yaml.org,2002:merge"
_TAGS: dict[type, str] = {
    str: "tag:yaml.org,2002:str",
    int: "tag:yaml.org,2002:int",
    float: "tag:yaml.org,2002:float",
    bool: "tag:yaml.org,2002:bool",
    type(None): "tag:yaml.org,2002:null",
}


def _scalar(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """The value of a scalar with a tag, whether the tag is implied or written down."""
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.constructor.ConstructorError(None, None, "a tag that only a value may have", node.start_mark)
    value = plain_value(str(loader.construct_scalar(node)))
    if node.tag == _TAGS[float] and type(value) is int:
        value = float(value)
    if _TAGS[type(value)] != node.tag:
        raise yaml.constructor.ConstructorError(None, None, "a value that is not what its tag says", node.start_mark)
    if isinstance(value, float) and not math.isfinite(value):
        raise Unreadable("has a number that JSON does not know (NaN or Infinity)")
    return value


def _text(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    raise yaml.constructor.ConstructorError(None, None, "a tag that only a value may have", node.start_mark)


def _binary(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    # Bytes that are no text would be another text in JSON; nobody means them in a manifest of ours.
    return bytes(loader.construct_yaml_binary(node)).decode()


for _tag in (_TAGS[int], _TAGS[float], _TAGS[bool], _TAGS[type(None)]):
    _Loader.add_constructor(_tag, _scalar)
for _tag in (_MERGE, "tag:yaml.org,2002:timestamp"):
    _Loader.add_constructor(_tag, _text)
_Loader.add_constructor("tag:yaml.org,2002:binary", _binary)
_Loader.add_multi_constructor("!", lambda loader, _, node: _text(loader, node))
