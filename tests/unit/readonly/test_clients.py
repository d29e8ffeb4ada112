"""What a plan holds of the outside has no way to write."""

from __future__ import annotations

from typing import Any

import pytest

from poolkeeper.batch.client import BatchClient
from poolkeeper.domain.resources import Key
from poolkeeper.readonly.clients import ClusterView, PoolReader, ReadOnlyBatch


def public(thing: object) -> set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def test_a_connection_can_look_and_close_and_nothing_else() -> None:
    names = public(PoolReader)
    assert names == {"probe", "read", "close"}
    assert names < public(BatchClient), "it is the operator's own client that looks"

    class Client:
        async def probe(self) -> None: ...
        async def read(self, pool_id: str) -> Any: ...
        async def write(self, pool_id: str, body: Any) -> None: ...
        async def close(self) -> None: ...

    looks = ReadOnlyBatch(Client())
    assert public(looks) == names
    with pytest.raises(AttributeError):
        looks.write  # type: ignore[attr-defined] # noqa: B018 - that there is none is the point


class Recorder:
    """In place of the API server's client: notes what is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    async def request(self, method: str, path: str, **_: Any) -> Any:
        self.asked.append((method, path))
        return {"metadata": {"resourceVersion": "1"}}

    async def close(self) -> None: ...


async def test_a_cluster_is_only_ever_asked_by_get() -> None:
    recorder: Any = Recorder()
    view = ClusterView(recorder)
    for name in public(view) - {"close"}:
        asked = (Key("lab", "x"), ()) if name == "read" else (Key("lab", "x"),)
        await getattr(view, name)(*asked)
    assert {method for method, *_ in recorder.asked} == {"GET"}
    assert len(recorder.asked) == 4
