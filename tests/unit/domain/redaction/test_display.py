"""Values as people may see them."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.redaction.display import MOST_CHARACTERS, shown
from poolkeeper.domain.schema.canonical import canonical

CANARY = "c4n4ry"
SAS = f"https://x.blob.core.windows.net/a/b?sv=1&sig={CANARY}"


def task(**more: Any) -> dict[str, Any]:
    return {"startTask": {"commandLine": "run", **more}}


class Row(NamedTuple):
    live: dict[str, Any]
    path: str
    text: str | None
    reason: str


def env(value: Any) -> dict[str, Any]:
    return task(environmentSettings=[{"name": "MODE", "value": value}])


FILES = task(resourceFiles=[{"httpUrl": SAS, "filePath": "a"}, {"storageContainerUrl": SAS}])
PLAIN = [
    Row(task(), "/startTask/commandLine", "run", "a text"),
    Row(task(), "/startTask/waitForSuccess", "true", "a flag, as JSON has it"),
    Row(task(maxTaskRetryCount=-1), "/startTask/maxTaskRetryCount", "-1", "a number"),
    Row({}, "/targetNodeCommunicationMode", "default", "a choice"),
    Row({"metadata": [{"name": "a/b", "value": "c"}]}, "/metadata/a~1b", "c", "a metadata item"),
    Row({"metadata": [{"name": "a", "value": ""}]}, "/metadata/a", "", "an empty value is a value"),
    Row({}, "/metadata/owner", None, "nothing there"),
    Row({}, "/startTask/commandLine", None, "nothing at all there"),
    Row({}, "/metadata", "{}", "an empty map"),
    Row(
        {"certificateReferences": [{"thumbprint": "AA", "thumbprintAlgorithm": "sha1", "visibility": ["Task"]}]},
        "/certificateReferences/aa/visibility",
        '{"task": true}',
        "several of a choice",
    ),
]
SECRET = [
    Row(env(CANARY), "/startTask/environmentSettings/MODE/value", "(hidden)", "the value of a variable"),
    Row(env(CANARY), "/startTask/environmentSettings/MODE", '{"value": "(hidden)"}', "a variable"),
    Row(env(CANARY), "/startTask/environmentSettings", '{"MODE": {"value": "(hidden)"}}', "all variables"),
    Row(env({"x": CANARY}), "/startTask/environmentSettings/MODE/value", "(hidden)", "a value of another type"),
    Row(
        FILES,
        "/startTask/resourceFiles/0/httpUrl",
        "https://x.blob.core.windows.net/a/b?…",
        "the signature in a URL",
    ),
    Row(
        FILES,
        "/startTask/resourceFiles/1/storageContainerUrl",
        "https://x.blob.core.windows.net/a/b?…",
        "the signature in a container's URL",
    ),
    Row(
        task(commandLine=f"curl {SAS} | sh"),
        "/startTask/commandLine",
        "curl https://x.blob.core.windows.net/a/b?… | sh",
        "a signature in a command line",
    ),
    Row(
        {"metadata": [{"name": "a", "value": SAS}]},
        "/metadata/a",
        "https://x.blob.core.windows.net/a/b?…",
        "a signature in metadata",
    ),
    Row(task(environmentSettings=CANARY), "/startTask/environmentSettings", "(hidden)", "a list that is a text"),
    Row(task(environmentSettings=[CANARY]), "/startTask/environmentSettings/unexpected", "(hidden)", "an odd item"),
    Row(task(resourceFiles=[CANARY]), "/startTask/resourceFiles/0", "(hidden)", "a file that is a text"),
    Row(task(resourceFiles=CANARY), "/startTask/resourceFiles", "(hidden)", "files that are a text"),
    Row(task(containerSettings=CANARY), "/startTask/containerSettings", "(hidden)", "a container that is a text"),
    Row({"startTask": CANARY}, "/startTask", "(hidden)", "a start task that is a text"),
    Row({"metadata": CANARY}, "/metadata", "(hidden)", "metadata that is a text"),
]


@pytest.mark.parametrize("row", [*PLAIN, *SECRET], ids=lambda row: row.reason)
def test_a_value_is_shown_as_its_kind_allows(row: Row) -> None:
    assert shown(canonical(row.live), row.path) == row.text, row.reason


def test_a_whole_start_task_hides_what_each_of_its_places_hides() -> None:
    live = task(
        environmentSettings=[{"name": "MODE", "value": CANARY}, {"name": "MODE", "value": f"{CANARY}2"}],
        resourceFiles=[{"httpUrl": SAS, "filePath": "a"}],
        containerSettings={"imageName": "i", "registry": {"username": "u", "password": CANARY}},
    )
    text = shown(canonical(live), "/startTask")
    assert text is not None
    assert CANARY not in text
    assert '"MODE": {"value": "(hidden)"}' in text, "what is hidden is said to be there"


def test_a_password_is_hidden_where_a_service_should_ever_show_one() -> None:
    form = {"startTask": {"containerSettings": {"registry": {"password": CANARY, "username": "u"}}}}
    assert shown(form, "/startTask/containerSettings/registry/password") == "(hidden)"
    assert shown(form, "/startTask/containerSettings/registry") == '{"password": "(hidden)", "username": "u"}'


def test_a_place_of_no_known_kind_is_hidden() -> None:
    assert shown({"mystery": {"key": CANARY}}, "/mystery/key") == "(hidden)"


@pytest.mark.parametrize("length", [MOST_CHARACTERS - 1, MOST_CHARACTERS, MOST_CHARACTERS + 1, 2_000_000])
def test_a_long_value_is_cut(length: int) -> None:
    text = shown(canonical(task(commandLine="x" * length)), "/startTask/commandLine")
    assert text is not None
    assert len(text) == min(length, MOST_CHARACTERS)
    assert text.endswith("…") is (length > MOST_CHARACTERS)


def test_what_is_cut_was_made_safe_before() -> None:
    url = f"https://x.example/{'a' * 480}?sig={CANARY}"
    text = shown(canonical(task(commandLine=url)), "/startTask/commandLine")
    assert text is not None
    assert CANARY[:3] not in text
