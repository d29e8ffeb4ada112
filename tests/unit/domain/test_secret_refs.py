"""Where a manifest names Secrets, and the properties with their values."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.failures import InvalidSpec, SecretNotFound
from poolkeeper.domain.schema.canonical import canonical, full_body
from poolkeeper.domain.schema.lists import AtomicList, MapList
from poolkeeper.domain.schema.properties import PROPERTIES
from poolkeeper.domain.schema.types import Object, SchemaType, String, same
from poolkeeper.domain.secret_refs import Reference, Secret, references, resolved, secret_places, with_secrets
from poolkeeper.domain.secret_text import SecretText

Json = dict[str, Any]

CANARY = "c4n4ry"
TASK = "spec.properties.startTask"


def ref(key: str = "token", name: str = "creds") -> Json:
    return {"secretKeyRef": {"name": name, "key": key}}


def task(**more: Any) -> Json:
    return {"startTask": {"commandLine": "run", **more}}


def env(**setting: Any) -> Json:
    return task(environmentSettings=[{"name": "TOKEN", **setting}])


def registry(**more: Any) -> Json:
    return task(containerSettings={"imageName": "i:1", "registry": {"username": "u", **more}})


class Row(NamedTuple):
    properties: Json
    found: tuple[Reference, ...]
    wire: Json
    reason: str


ROWS = [
    Row({}, (), {}, "no properties at all"),
    Row(task(), (), task(), "nothing that could come from a Secret"),
    Row(env(value="v"), (), env(value="v"), "a value that is written down stays"),
    Row(env(), (), env(), "so does none"),
    Row(
        env(valueFrom=ref()),
        (Reference(f"{TASK}.environmentSettings[0].valueFrom", "creds", "token", write_only=False),),
        env(value=CANARY),
        "a variable",
    ),
    Row(
        task(resourceFiles=[{"httpUrl": "https://a/b", "filePath": "b"}, {"httpUrlFrom": ref(), "filePath": "c"}]),
        (Reference(f"{TASK}.resourceFiles[1].httpUrlFrom", "creds", "token", write_only=False),),
        task(resourceFiles=[{"httpUrl": "https://a/b", "filePath": "b"}, {"httpUrl": CANARY, "filePath": "c"}]),
        "the URL of a file, with its place in the list",
    ),
    Row(
        task(resourceFiles=[{"storageContainerUrlFrom": ref(), "blobPrefix": "b"}]),
        (Reference(f"{TASK}.resourceFiles[0].storageContainerUrlFrom", "creds", "token", write_only=False),),
        task(resourceFiles=[{"storageContainerUrl": CANARY, "blobPrefix": "b"}]),
        "the URL of a container",
    ),
    Row(
        registry(passwordFrom=ref()),
        (Reference(f"{TASK}.containerSettings.registry.passwordFrom", "creds", "token", write_only=True),),
        registry(password=CANARY),
        "a password, which nobody will see in the pool",
    ),
    Row(
        task(environmentSettings=[{"name": name, "valueFrom": ref(name)} for name in "ab"]),
        tuple(
            Reference(f"{TASK}.environmentSettings[{at}].valueFrom", "creds", key, write_only=False)
            for at, key in enumerate("ab")
        ),
        task(environmentSettings=[{"name": name, "value": CANARY} for name in "ab"]),
        "each of several, in the manifest's order",
    ),
    Row(env(valueFrom=None), (), env(), "null is what leaving out is"),
    Row(
        env(value=None, valueFrom=ref()),
        (Reference(f"{TASK}.environmentSettings[0].valueFrom", "creds", "token", write_only=False),),
        env(value=CANARY),
        "also in the place that the Secret fills",
    ),
    Row(
        env(valueFrom=ref(), value=None),
        (Reference(f"{TASK}.environmentSettings[0].valueFrom", "creds", "token", write_only=False),),
        env(value=CANARY),
        "in either order",
    ),
    Row(
        {"metadata": [{"name": "a", "valueFrom": ref()}]},
        (),
        {"metadata": [{"name": "a", "valueFrom": ref()}]},
        "what cannot come from a Secret is left for the body to refuse",
    ),
    Row(task(commandLineFrom=ref()), (), task(commandLineFrom=ref()), "nor is a command line such a value"),
    Row({"startTask": "run"}, (), {"startTask": "run"}, "nor is it judged here what type a value has"),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_references_are_found_where_they_stand(row: Row) -> None:
    assert references(row.properties) == row.found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.reason)
def test_values_stand_where_the_references_stood(row: Row) -> None:
    assert resolved(row.properties, lambda _: SecretText(CANARY)) == row.wire


@pytest.mark.parametrize(
    ("properties", "wire", "reason"),
    [
        (registry(passwordFrom=ref()), registry(password=CANARY), "a password that `echo` made"),
        (
            task(resourceFiles=[{"httpUrlFrom": ref(), "filePath": "b"}]),
            task(resourceFiles=[{"httpUrl": CANARY, "filePath": "b"}]),
            "a URL that an editor saved",
        ),
        (
            task(resourceFiles=[{"storageContainerUrlFrom": ref()}]),
            task(resourceFiles=[{"storageContainerUrl": CANARY}]),
            "a URL of a container",
        ),
        (env(valueFrom=ref()), env(value=f"{CANARY}\r\n"), "a variable may be a key file, whose last line ends"),
    ],
)
def test_line_breaks_at_the_end_are_left_out_where_none_can_be_meant(properties: Json, wire: Json, reason: str) -> None:
    found = resolved(properties, lambda _: SecretText(f"{CANARY}\r\n"))
    assert found == wire, reason
    assert list(secret_places(found)) == list(secret_places(resolved(properties, lambda _: SecretText(CANARY)))), (
        "hidden"
    )


@pytest.mark.parametrize("row", ROWS[9:12], ids=lambda row: row.reason)
def test_a_null_beside_a_reference_does_not_undo_it(row: Row) -> None:
    assert full_body(resolved(row.properties, lambda _: SecretText(CANARY))) == full_body(row.wire)


@pytest.mark.parametrize(
    "properties",
    [task(commandLineFrom=ref()), {"metadata": [{"name": "a", "value": "b", "valueFrom": ref()}]}],
    ids=["command line", "metadata"],
)
def test_what_is_left_over_is_refused_when_the_body_is_made(properties: Json) -> None:
    with pytest.raises(InvalidSpec, match=r"^spec\.properties\..*From is not a property of the Batch API"):
        full_body(resolved(properties, lambda _: SecretText(CANARY)))


@pytest.mark.parametrize(
    ("properties", "message", "reason"),
    [
        (
            env(value="v", valueFrom=ref()),
            "valueFrom cannot stand beside value",
            "of two values nobody knows which one wins",
        ),
        (env(value="", valueFrom=ref()), "valueFrom cannot stand beside value", "an empty value is one"),
        (registry(password="p", passwordFrom=ref()), "passwordFrom cannot stand beside password", "a password"),
        (env(valueFrom={}), "valueFrom must be {secretKeyRef", "nothing is named"),
        (env(valueFrom=CANARY), "valueFrom must be {secretKeyRef", "a text"),
        (env(valueFrom=[ref()]), "valueFrom must be {secretKeyRef", "a list"),
        (env(valueFrom={"secretKeyRef": {"name": "creds"}}), "valueFrom must be {secretKeyRef", "no key"),
        (env(valueFrom={"secretKeyRef": {"key": "token"}}), "valueFrom must be {secretKeyRef", "no Secret"),
        (env(valueFrom={"secretKeyRef": {"name": 1, "key": "k"}}), "valueFrom must be {secretKeyRef", "a number"),
        (env(valueFrom={"configMapKeyRef": {"name": "a", "key": "b"}}), "valueFrom must be {secretKeyRef", "another"),
    ],
)
def test_a_reference_that_is_none_is_refused(properties: Json, message: str, reason: str) -> None:
    with pytest.raises(InvalidSpec) as refused:
        references(properties)
    assert message in refused.value.message, reason
    assert refused.value.path.startswith(TASK), reason
    assert CANARY not in refused.value.message, "what stands in place of a reference may be the secret itself"


SECRETS = {
    "creds": Secret("17", {"token": SecretText(CANARY), "empty": SecretText("")}, frozenset({"blob"})),
    "none": Secret("18", {}),
}


def test_secrets_fill_the_properties() -> None:
    properties = registry(passwordFrom=ref()) | {"targetNodeCommunicationMode": "default"}
    filled = with_secrets(properties, SECRETS, namespace="team")
    assert filled == registry(password=CANARY) | {"targetNodeCommunicationMode": "default"}
    assert CANARY not in f"{filled} {SECRETS}"


def test_an_empty_value_of_a_secret_is_a_value() -> None:
    assert with_secrets(env(valueFrom=ref("empty")), SECRETS, namespace="team") == env(value="")


def test_the_manifest_stays_as_it_was() -> None:
    properties = env(valueFrom=ref())
    with_secrets(properties, SECRETS, namespace="team")
    assert properties == env(valueFrom=ref())


@pytest.mark.parametrize(
    ("reference", "message", "reason"),
    [
        (
            ref(name="gone"),
            f"there is no Secret team/gone, whose key token is wanted for {TASK}.environmentSettings[0].valueFrom",
            "no Secret",
        ),
        (
            ref("absent"),
            f"Secret team/creds has no key absent, which is wanted for {TASK}.environmentSettings[0].valueFrom",
            "no key",
        ),
        (ref(name="none"), "Secret team/none has no key token", "no keys at all"),
        (
            ref("blob"),
            f"key blob of Secret team/creds, wanted for {TASK}.environmentSettings[0].valueFrom, is not UTF-8 text",
            "JSON can carry text only",
        ),
    ],
)
def test_what_is_missing_is_named(reference: Json, message: str, reason: str) -> None:
    with pytest.raises(SecretNotFound) as missing:
        with_secrets(env(valueFrom=reference), SECRETS, namespace="team")
    assert message in missing.value.message, reason
    assert CANARY not in missing.value.message, reason


def test_all_that_is_missing_is_named_at_once_as_far_as_it_fits() -> None:
    settings = [{"name": f"N{number}", "valueFrom": ref(f"k{number}", "gone")} for number in range(7)]
    with pytest.raises(SecretNotFound) as missing:
        with_secrets(task(environmentSettings=settings), SECRETS, namespace="team")
    assert [f"key k{number} " in missing.value.cause for number in range(7)] == [True] * 5 + [False] * 2
    assert missing.value.cause.endswith(", and 2 more")


@pytest.mark.parametrize(
    ("properties", "places", "reason"),
    [
        (env(value=CANARY), [], "a value of the manifest"),
        (env(value=SecretText(CANARY)), ["/startTask/environmentSettings/TOKEN/value"], "a variable"),
        (env(value=SecretText("")), [], "an empty value is what leaving it out is"),
        (registry(password=SecretText(CANARY)), [], "what the service does not show is not compared"),
        (
            task(resourceFiles=[{"httpUrl": "https://a/b"}, {"httpUrl": SecretText(CANARY)}]),
            ["/startTask/resourceFiles/1/httpUrl"],
            "a file, by its position",
        ),
        (
            task(environmentSettings=[{"name": "a/b~c", "value": SecretText(CANARY)}]),
            ["/startTask/environmentSettings/a~1b~0c/value"],
            "a name that needs escaping",
        ),
    ],
)
def test_the_places_of_secrets_in_a_form_are_found(properties: Json, places: list[str], reason: str) -> None:
    assert list(secret_places(canonical(properties))) == places, reason


def test_the_table_respells_nothing_that_may_come_from_a_secret() -> None:
    # A respelled value is a text like any other: no longer one that hides itself.
    texts = list(secret_texts(PROPERTIES))
    assert len(texts) == 4
    assert all(text.shape is same for text in texts)


def secret_texts(kind: SchemaType) -> list[String]:
    match kind:
        case String(secret=True):
            return [kind]
        case Object(fields=fields):
            return [text for inner in fields.values() for text in secret_texts(inner)]
        case MapList(item=item) | AtomicList(item=item):
            return secret_texts(item)
        case _:
            return []
