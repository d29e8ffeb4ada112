"""Laws of what leaves: the redactor lets no secret through, plans remove nothing unasked, pointers find their place."""

from __future__ import annotations

import json

from hypothesis import given

from poolkeeper.domain.diff.drift import drift
from poolkeeper.domain.diff.removals import removals
from poolkeeper.domain.redaction.display import MOST_CHARACTERS, shown
from poolkeeper.domain.schema.canonical import canonical
from poolkeeper.domain.schema.pointers import MISSING, kinds_along, value_at
from poolkeeper.domain.schema.properties import PROPERTIES
from tests.property.strategies import DESIRED, ODD, Json, neighbours

CANARY = "c4n4ry"


def planted(properties: Json) -> Json:
    """The same with a secret in every place that can hold one."""
    task = {"commandLine": f"curl https://x.example/?sig={CANARY}", **(properties.get("startTask") or {})}
    task["environmentSettings"] = [
        *({**one, "value": CANARY} for one in task.get("environmentSettings") or ()),
        {"name": "PLANTED", "value": CANARY},
    ]
    task["resourceFiles"] = [
        *(task.get("resourceFiles") or ()),
        {"httpUrl": f"https://x.example/a?sig={CANARY}", "filePath": "a"},
        {"storageContainerUrl": f"https://x.example/b?sig={CANARY}"},
    ]
    task["containerSettings"] = {"imageName": "i", "registry": {"username": "u", "password": CANARY}}
    return {**properties, "startTask": task}


@given(properties=DESIRED)
def test_no_planted_secret_is_shown(properties: Json) -> None:
    form = canonical(planted(properties))
    for path in ["/startTask", *(f"/startTask/{name}" for name in form["startTask"])]:
        text = shown(form, path)
        assert text is not None
        assert CANARY not in text
    for one in drift(form, canonical({})) + drift(canonical(planted({})), form):
        assert CANARY not in (shown(form, one.path) or "")


@given(live=ODD)
def test_whatever_the_service_shows_can_be_shown_in_bounds(live: Json) -> None:
    form = canonical(live)
    for one in drift(form, canonical({})):
        text = shown(form, one.path)
        assert text is None or len(text) <= MOST_CHARACTERS


@given(both=neighbours())
def test_every_difference_has_a_kind_and_a_value_on_its_side(both: tuple[Json, Json]) -> None:
    live, desired = canonical(both[0]), canonical(both[1])
    for one in drift(live, desired):
        assert kinds_along(PROPERTIES, one.path) is not None
        assert (value_at(live, one.path) is MISSING) is (one.op == "add")
        assert (value_at(desired, one.path) is MISSING) is (one.op == "remove")


@given(properties=DESIRED)
def test_a_manifest_that_names_everything_removes_nothing(properties: Json) -> None:
    form = canonical(properties)
    assert removals(drift(canonical({}), form), json.loads(json.dumps(properties))) == () or (
        properties.get("targetNodeCommunicationMode") is None
    )


@given(properties=DESIRED)
def test_a_start_task_that_is_not_named_never_goes_unnoticed(properties: Json) -> None:
    live = canonical(properties)
    going = [one.path for one in removals(drift(live, canonical({})), {})]
    assert ("/startTask" in going) is ("startTask" in live)
