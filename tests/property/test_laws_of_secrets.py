"""Laws of values that come from Secrets: whichever of them do, the pool is the same, and nobody sees one."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from poolkeeper.domain.diff.drift import drift
from poolkeeper.domain.schema.canonical import canonical, full_body
from poolkeeper.domain.schema.lists import AtomicList, MapList
from poolkeeper.domain.schema.pointers import value_at
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType, String
from poolkeeper.domain.secret_refs import Secret, references, resolved, secret_places, secret_texts, with_secrets
from poolkeeper.domain.secret_text import HIDDEN, SecretText, without
from tests.property.echo import echo
from tests.property.strategies import DESIRED, Json

SECRETS = ("creds", "registry.pull", "other")
CANARY = "c4n4ry"


@dataclass(frozen=True)
class Moved:
    """A desired state, and the same with some of its values in Secrets."""

    original: Json
    manifest: Json
    secrets: dict[str, Secret]
    values: tuple[str, ...]


def holders(kind: SchemaType, value: Any) -> Iterator[tuple[Json, str, String]]:
    """Each value of these properties that could come from a Secret: what holds it, its name there, and its kind."""
    match kind:
        case Object(fields=fields):
            for name, given_value in list(value.items()):
                field = fields[name]
                if isinstance(field, String) and field.secret:
                    yield value, name, field
                yield from holders(field, given_value)
        case MapList(item=item) | AtomicList(item=item):
            for one in value:
                yield from holders(item, one)
        case _:
            pass


def with_all_kinds(properties: Json) -> Json:
    """The same with one more value of each kind that can come from a Secret."""
    task = properties.get("startTask") or {"commandLine": "run"}
    container = task.get("containerSettings") or {"imageName": "i"}
    return properties | {
        "startTask": task
        | {
            "containerSettings": container | {"registry": {"username": "u", "password": "p"}},
            "resourceFiles": [
                *task.get("resourceFiles", ()),
                {"httpUrl": "https://x.example/a?sig=s", "filePath": "a"},
                {"storageContainerUrl": "https://x.example/b?sig=s"},
            ],
            "environmentSettings": [
                *(one for one in task.get("environmentSettings", ()) if one["name"] != "ADDED"),
                {"name": "ADDED", "value": "v"},
            ],
        }
    }


@st.composite
def moved(draw: st.DrawFn, *, planted: bool = False) -> Moved:
    """A random subset of the values in Secrets; `planted` marks each of those so that it can be searched for."""
    original = draw(DESIRED.map(copy.deepcopy) | DESIRED.map(copy.deepcopy).map(with_all_kinds))
    places = list(holders(PROPERTIES, original))
    chosen = draw(st.lists(st.booleans(), min_size=len(places), max_size=len(places)))
    manifest = copy.deepcopy(original)
    secrets: dict[str, dict[str, SecretText]] = {}
    values = []
    pairs = zip(places, holders(PROPERTIES, manifest), chosen, strict=True)
    for number, ((there, name, field), (here, _, _), yes) in enumerate(pairs):
        if not yes:
            continue
        ending = ""
        if field.one_line:
            there[name] = there[name].rstrip("\r\n")
            ending = draw(st.sampled_from(("", "\n", "\r\n")))
        if planted:
            there[name] = f"{CANARY}-{number}-{there[name]}"
        secret, key = draw(st.sampled_from(SECRETS)), f"key-{number}"
        secrets.setdefault(secret, {})[key] = SecretText(there[name] + ending)
        values.append(there[name])
        del here[name]
        here[f"{name}From"] = {"secretKeyRef": {"name": secret, "key": key}}
    read = {name: Secret(str(number), inner) for number, (name, inner) in enumerate(secrets.items())}
    return Moved(original, manifest, read, tuple(values))


def filled(case: Moved) -> Json:
    """The properties that the operator works with."""
    return with_secrets(case.manifest, case.secrets, namespace="team")


@given(case=moved())
def test_it_makes_no_difference_which_values_come_from_secrets(case: Moved) -> None:
    assert filled(case) == case.original
    assert full_body(filled(case)) == full_body(case.original)
    assert canonical(filled(case)) == canonical(case.original)
    assert json.loads(json.dumps(full_body(filled(case)))) == full_body(case.original), "what is sent is the value"


@given(case=moved())
def test_the_pool_that_comes_of_it_is_in_sync(case: Moved) -> None:
    body = json.loads(json.dumps(full_body(filled(case))))
    assert drift(canonical(echo(body)), canonical(filled(case))) == ()


@given(case=moved())
def test_every_reference_is_found_once_and_is_the_one_in_the_manifest(case: Moved) -> None:
    found = references(case.manifest)
    assert sorted((one.secret, one.key) for one in found) == sorted(
        (name, key) for name, secret in case.secrets.items() for key in secret.values
    )
    assert len({one.path for one in found}) == len(found)
    for one in found:
        assert named(case.manifest, one.path) == {"secretKeyRef": {"name": one.secret, "key": one.key}}


def named(manifest: Json, path: str) -> Any:
    """What stands at a path as messages have it: `spec.properties.startTask.environmentSettings[0].valueFrom`."""
    value: Any = {"spec": {"properties": manifest}}
    for step in path.split("."):
        name, *places = step.replace("]", "").split("[")
        value = value[name]
        for place in places:
            value = value[int(place)]
    return value


@given(case=moved())
def test_properties_without_references_are_left_alone(case: Moved) -> None:
    assert references(case.original) == ()
    assert with_secrets(case.original, {}, namespace="team") == case.original


@given(case=moved())
def test_a_form_names_exactly_the_secrets_that_the_service_shows(case: Moved) -> None:
    form = canonical(filled(case))
    places = list(secret_places(form))
    echoed = [one for one in references(case.manifest) if not one.write_only]
    texts = [(one, case.secrets[one.secret].values[one.key].plain()) for one in echoed]
    expected = sorted(
        value for one, text in texts if (value := text if one.path.endswith(".valueFrom") else text.rstrip("\r\n"))
    )
    assert sorted(value_at(form, place).plain() for place in places) == expected
    assert len(set(places)) == len(places)


@given(case=moved(planted=True))
def test_no_value_of_a_secret_is_seen_in_whatever_is_formatted(case: Moved) -> None:
    properties = filled(case)
    everything = [properties, full_body(properties), canonical(properties), case.secrets, *case.secrets.values()]
    everything += [value for secret in case.secrets.values() for value in secret.values.values()]
    everything += [*references(case.manifest), *drift(canonical({}), canonical(properties)), copy.deepcopy(properties)]
    for one in everything:
        assert CANARY not in f"{one} {one!r} {one!s} {one!a}" + str(one) + repr(one) + "%s %r" % (one, one)  # noqa: UP031 -- logging formats so


@given(case=moved(planted=True), words=st.text(max_size=20))
def test_no_value_of_a_secret_is_left_in_words_of_the_service(case: Moved, words: str) -> None:
    said = words + words.join(f"'{value}'" for value in case.values)
    assert CANARY not in without(said, secret_texts(filled(case)))


@given(text=st.text("ab(h", max_size=30), values=st.lists(st.text("ab(h", max_size=4), max_size=4))
def test_no_piece_of_a_text_without_values_holds_one(text: str, values: list[str]) -> None:
    pieces = without(text, values).split(HIDDEN)
    assert not [value for value in values if value and any(value in piece for piece in pieces)]
    if not any(value and value in text for value in values):
        assert pieces == [text]


@given(case=moved(), value=st.text(max_size=8))
def test_a_value_that_is_filled_in_is_the_one_that_is_sent(case: Moved, value: str) -> None:
    body = full_body(resolved(case.manifest, lambda _: SecretText(value)))
    again = full_body(resolved(case.manifest, lambda _: value))
    assert body == again
    assert json.dumps(body) == json.dumps(again)
