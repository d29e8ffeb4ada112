"""The packaged CRDs as a judge of manifests, without an API server.

What is checked is what the server's schema validation checks: types, required and unknown fields, enums, patterns,
sizes, lists that are maps or sets. Its CEL rules are not evaluated here. Messages never quote a value: it may be a
secret.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from poolkeeper.domain.resources import VERSION

Json = Any

_INT32 = 2**31

_END = re.compile(r"\\Z\Z")


class Fault(NamedTuple):
    """One thing that the schema does not allow, and where."""

    field: str
    message: str


@cache
def spec_schema(kind: str) -> Mapping[str, Json]:
    """The schema of `spec` for BatchPool or BatchAccount, as the CRD has it."""
    for file in (resources.files("poolkeeper") / "crds").iterdir():
        if not file.name.endswith(".yaml"):
            continue
        crd = yaml.safe_load(file.read_text(encoding="utf-8"))
        if crd["spec"]["names"]["kind"] == kind:
            (version,) = [one for one in crd["spec"]["versions"] if one["name"] == VERSION]
            schema: Mapping[str, Json] = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
            return schema
    raise LookupError(f"no CRD of kind {kind} is packaged")


def with_defaults(kind: str, spec: Json) -> Json:
    """A copy of the spec with the schema's defaults where it says nothing.

    A member that is null says nothing: the API server takes it out before it fills in defaults and judges. (A null
    that is an item of a list stays, and is judged.)
    """
    spec = copy.deepcopy(spec)
    _fill(spec_schema(kind), spec)
    return spec


def nulls(kind: str, spec: Json) -> list[str]:
    """Where the spec has a null that the API server takes out."""
    return list(_nulls(spec_schema(kind), spec, "spec"))


def _nulls(schema: Mapping[str, Json], value: Json, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from (f"{at}.{name}",) if value[name] is None else _nulls(inner, value[name], f"{at}.{name}")
    elif isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            yield from _nulls(schema["items"], item, f"{at}[{place}]")


def faults(kind: str, spec: Json) -> list[Fault]:
    """What the API server's schema validation would say of the spec, in the order of its fields."""
    found = [fault for error in _validator(kind).iter_errors(spec) for fault in _faults(error)]
    return sorted(set(found))


def _fill(schema: Mapping[str, Json], value: Json) -> None:
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value and value[name] is None:
                del value[name]
            if "default" in inner and name not in value:
                value[name] = copy.deepcopy(inner["default"])
            if name in value:
                _fill(inner, value[name])
    elif isinstance(value, list) and "items" in schema:
        for item in value:
            _fill(schema["items"], item)


@cache
def _validator(kind: str) -> Draft202012Validator:
    return _Structural(_strict(spec_schema(kind)))


def _strict(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The CRD's schema as a JSON schema: what is no field is a fault, and Go's `$` is the very end."""
    strict = dict(schema)
    if "properties" in schema:
        strict["properties"] = {name: _strict(inner) for name, inner in schema["properties"].items()}
        strict["additionalProperties"] = False
    if "items" in schema:
        strict["items"] = _strict(schema["items"])
    if schema.get("pattern", "").endswith("$"):
        strict["pattern"] = schema["pattern"][:-1] + r"\Z"
    if schema.get("format") == "int32":
        strict = {"minimum": -_INT32, "maximum": _INT32 - 1, **strict}
    return strict


def _list_type(_: Any, kind: str, items: Json, schema: Mapping[str, Json]) -> Iterator[ValidationError]:
    keys = schema.get("x-kubernetes-list-map-keys", ())
    if kind not in {"map", "set"} or not isinstance(items, list):
        return
    seen: list[Json] = []
    for at, item in enumerate(items):
        if kind == "map":
            name: Json = {key: item.get(key) for key in keys} if isinstance(item, dict) else None
        else:
            name = item
        if name is not None and name in seen:
            yield ValidationError("", path=[at], validator="twice", validator_value=list(keys))
        seen.append(name)


_Structural: Callable[[Mapping[str, Json]], Draft202012Validator] = extend(  # type: ignore[no-untyped-call] # its stubs
    Draft202012Validator, {"x-kubernetes-list-type": _list_type}
)

_TYPES = {
    "string": "a string",
    "integer": "an integer",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "number": "a number",
}

_SAYS: Mapping[str, Callable[[Json], str]] = {
    "type": lambda type_: f"must be {_TYPES.get(type_, type_)}",
    "enum": lambda values: f"must be one of {', '.join(map(str, values))}",
    "pattern": lambda pattern: f"must match {_END.sub('$', pattern)}",
    "minimum": lambda least: f"must be at least {least}",
    "maximum": lambda most: f"must be at most {most}",
    "minLength": lambda least: f"must have at least {least} characters",
    "maxLength": lambda most: f"must have at most {most} characters",
    "minItems": lambda least: f"must have at least {least} items",
    "maxItems": lambda most: f"must have at most {most} items",
    "twice": lambda keys: f"stands twice: {' and '.join(keys) or 'it'} must be unique in the list",
}


def _schema_of(error: ValidationError) -> Mapping[str, Json]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _faults(error: ValidationError) -> Iterator[Fault]:
    where, schema = _field(error.absolute_path), _schema_of(error)
    value: Json = error.instance
    match error.validator:
        case "required":
            for name in schema["required"]:
                if name not in value:
                    yield Fault(f"{where}.{name}", "is required")
        case "additionalProperties":
            for name in value:
                if name not in schema["properties"]:
                    yield Fault(f"{where}.{str(name)[:_MOST_NAME]}", "is no field of this kind")
        case keyword:
            say = _SAYS.get(str(keyword), lambda _: f"is not valid ({keyword})")
            yield Fault(where, say(error.validator_value))


_MOST_NAME = 100
"""Characters of a field that nobody knows."""


def _field(path: Any) -> str:
    return "spec" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
