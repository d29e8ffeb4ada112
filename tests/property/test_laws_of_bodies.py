"""Laws of the body that is sent, over desired states of every type; the SDK's models are the second opinion."""

from __future__ import annotations

import json
import typing
from collections.abc import Iterator
from enum import Enum
from typing import Any

from azure.batch import models
from azure.batch._model_base import Model, SdkJSONEncoder, _deserialize
from hypothesis import given

from poolkeeper.domain.schema.canonical import canonical, full_body
from poolkeeper.domain.schema.properties import ALWAYS_SENT
from tests.batchsim import kinds, rules, shapes
from tests.property.strategies import DESIRED, Json


@given(desired=DESIRED)
def test_a_body_is_whole(desired: Json) -> None:
    body = full_body(desired)
    assert {*ALWAYS_SENT, "targetNodeCommunicationMode"} <= set(body)
    assert ("startTask" in body) == ("startTask" in desired)


@given(desired=DESIRED)
def test_a_body_means_what_is_desired_and_is_stable(desired: Json) -> None:
    body = full_body(desired)
    assert canonical(body) == canonical(desired)
    assert full_body(body) == body


@given(desired=DESIRED)
def test_the_sdk_reads_a_body_and_writes_it_back_as_it_was(desired: Json) -> None:
    body = json.loads(json.dumps(full_body(desired)))
    content = _deserialize(models.BatchPoolReplaceContent, body)
    assert json.loads(json.dumps(content, cls=SdkJSONEncoder)) == body


@given(desired=DESIRED)
def test_the_sdk_knows_every_name_and_every_enum_value_of_a_body(desired: Json) -> None:
    content = _deserialize(models.BatchPoolReplaceContent, full_body(desired))
    assert list(_unknown(content, "body")) == []


@given(desired=DESIRED)
def test_the_stand_in_takes_a_body(desired: Json) -> None:
    body = full_body(desired)
    kinds.check(body, shapes.REPLACEMENT, name="body")
    rules.check_words(body)


def _unknown(model: Any, path: str) -> Iterator[str]:
    # The models keep what they do not know as it is: only their tables of names tell.
    fields = {field._rest_name: name for name, field in model._attr_to_rest_field.items()}
    types = typing.get_type_hints(type(model), localns={"_models": models})
    for wire in model:
        if wire not in fields:
            yield f"{path}.{wire}"
            continue
        value = getattr(model, fields[wire])
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Model):
                yield from _unknown(one, f"{path}.{wire}")
            elif "Enum" in repr(types[fields[wire]]) and not isinstance(one, Enum):
                yield f"{path}.{wire}={one}"
