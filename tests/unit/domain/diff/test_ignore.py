"""What `spec.ignore` points at goes over as it is live; everything else is as the manifest says."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import pytest

from poolkeeper.domain.decision.plan import Desired
from poolkeeper.domain.diff.drift import drift, paths_of
from poolkeeper.domain.diff.ignore import carry, check_pointers
from poolkeeper.domain.failures import CannotBeKept, InvalidSpec
from poolkeeper.domain.reasons import Reason
from poolkeeper.domain.schema.canonical import canonical, full_body
from tests.unit.domain.wire import AUTO_USER, READ, Json, certificate, container, environment, packages, start_task

VERSION = "2024-07-01.20.0"
A, B, C = ({"name": name, "value": name} for name in "abc")
LIVE_A = {"name": "a", "value": "live"}
FILES = [{"httpUrl": f"https://x/{at}", "filePath": str(at)} for at in range(3)]
OTHER = {"httpUrl": "https://x/live", "filePath": "live"}
CERT, LIVE_CERT = certificate(storeName="My"), certificate(storeName="Root")
REGISTRY = {"username": "u", "registryServer": "r.example"}
IDENTITY = {"identityReference": {"resourceId": "/subscriptions/1/identity"}}


def metadata(*items: Json) -> Json:
    return {"metadata": list(items)}


def files(*items: Any) -> Json:
    return start_task(resourceFiles=list(items))


class Kept(NamedTuple):
    """What goes into the body, as it differs from the body without `ignore`."""

    reason: str
    desired: Json
    live: Json
    pointers: list[str]
    body: Json


KEPT = [
    Kept("an item of metadata", metadata(A, B), metadata(LIVE_A), ["/metadata/a"], metadata(B, LIVE_A)),
    Kept("one that is live only", metadata(B), metadata(LIVE_A), ["/metadata/a"], metadata(B, LIVE_A)),
    Kept("one that the manifest alone has", metadata(A, B), metadata(C), ["/metadata/a"], metadata(B)),
    Kept("one that neither has", metadata(B), metadata(B), ["/metadata/a"], metadata(B)),
    Kept("a list that the manifest lacks", {}, metadata(LIVE_A), ["/metadata/a"], metadata(LIVE_A)),
    Kept("a whole list", metadata(B), metadata(LIVE_A, C), ["/metadata"], metadata(LIVE_A, C)),
    Kept("a whole list that is not live", metadata(B), {}, ["/metadata"], {}),
    Kept("the name of an item with a slash", {}, metadata({**A, "name": "a/b"}), ["/metadata/a~1b"],
         metadata({**A, "name": "a/b"})),
    Kept("the name of an item with a tilde", {}, metadata({**A, "name": "a~b"}), ["/metadata/a~0b"],
         metadata({**A, "name": "a~b"})),
    Kept("a name that looks like a number of a second one", {}, metadata({**A, "name": "a#2"}), ["/metadata/a#2"],
         metadata({**A, "name": "a#2"})),
    Kept("the whole start task", start_task(), start_task(commandLine="live"), ["/startTask"],
         start_task(commandLine="live")),
    Kept("a start task that the manifest lacks", {}, start_task(), ["/startTask"], start_task()),
    Kept("a start task that is not live", start_task(), {}, ["/startTask"], {}),
    Kept("a part of a start task", start_task(waitForSuccess=False), start_task(commandLine="live"),
         ["/startTask/commandLine"], start_task(waitForSuccess=False, commandLine="live")),
    Kept("a part at its default", start_task(maxTaskRetryCount=3), start_task(), ["/startTask/maxTaskRetryCount"],
         start_task()),
    Kept("a part of a start task that has to be made", start_task(maxTaskRetryCount=3), {},
         ["/startTask/maxTaskRetryCount"], start_task(maxTaskRetryCount=3)),
    Kept("a part that the API requires, missing where no service leaves it out", start_task(), {"startTask": {}},
         ["/startTask/commandLine"], start_task()),
    Kept("a variable", environment(A, B), environment(LIVE_A, B), ["/startTask/environmentSettings/a"],
         environment(B, LIVE_A)),
    Kept("a variable, where the manifest has none", start_task(), environment(LIVE_A),
         ["/startTask/environmentSettings/a"], environment(LIVE_A)),
    Kept("the value of a variable", environment(A, B), environment(LIVE_A), ["/startTask/environmentSettings/a/value"],
         environment(LIVE_A, B)),
    Kept("the value of a variable that is live only", start_task(), environment(LIVE_A),
         ["/startTask/environmentSettings/a/value"], environment(LIVE_A)),
    Kept("the value of a variable that has to be made", environment(A), start_task(),
         ["/startTask/environmentSettings/a/value"], environment(A)),
    Kept("an enum", {"targetNodeCommunicationMode": "simplified"}, {"targetNodeCommunicationMode": "Classic"},
         ["/targetNodeCommunicationMode"], {"targetNodeCommunicationMode": "Classic"}),
    Kept("a package", packages({"applicationId": "ocio"}), packages({"applicationId": "blender", "version": "4"}),
         ["/applicationPackageReferences/blender@4"],
         packages({"applicationId": "ocio"}, {"applicationId": "blender", "version": "4"})),
    Kept("a package, written as in the manifest", {}, packages({"applicationId": "blender", "version": "B"}),
         ["/applicationPackageReferences/Blender@B"], packages({"applicationId": "blender", "version": "B"})),
    Kept("a certificate", {}, LIVE_CERT, ["/certificateReferences/ab12"], LIVE_CERT),
    Kept("a thumbprint in capitals", {}, LIVE_CERT, ["/certificateReferences/AB12"], LIVE_CERT),
    Kept("a field of a certificate", CERT, LIVE_CERT, ["/certificateReferences/ab12/storeName"], LIVE_CERT),
    Kept("a set as a whole", certificate(visibility=["task"]), certificate(visibility=["remoteuser"]),
         ["/certificateReferences/ab12/visibility"], certificate(visibility=["remoteuser"])),
    Kept("a bind mount", container(), container(containerHostBatchBindMounts=[READ]),
         ["/startTask/containerSettings/containerHostBatchBindMounts/Task"],
         container(containerHostBatchBindMounts=[READ])),
    Kept("an image", container(), container(imageName="live"), ["/startTask/containerSettings/imageName"],
         container(imageName="live")),
    Kept("a registry that needs no password", container(), container(registry=IDENTITY),
         ["/startTask/containerSettings/registry"], container(registry=IDENTITY)),
    Kept("an image beside a registry with a password", container(registry=REGISTRY),
         container(imageName="live", registry=REGISTRY), ["/startTask/containerSettings/imageName"],
         container(imageName="live", registry=REGISTRY)),
    Kept("a user", start_task(userIdentity={"autoUser": AUTO_USER}), start_task(userIdentity={"username": "u"}),
         ["/startTask/userIdentity"], start_task(userIdentity={"username": "u"})),
    Kept("both ways to say a user", start_task(userIdentity={"autoUser": AUTO_USER}),
         start_task(userIdentity={"username": "u"}),
         ["/startTask/userIdentity/autoUser", "/startTask/userIdentity/username"],
         start_task(userIdentity={"username": "u"})),
    Kept("a file by its place", files(FILES[0], FILES[1]), files(OTHER), ["/startTask/resourceFiles/0"],
         files(OTHER, FILES[1])),
    Kept("a file after the manifest's", files(FILES[0]), files(OTHER, FILES[1]), ["/startTask/resourceFiles/1"],
         files(FILES[0], FILES[1])),
    Kept("a field of a file", files(FILES[0]), files(OTHER), ["/startTask/resourceFiles/0/filePath"],
         files({**FILES[0], "filePath": "live"})),
    Kept("a field of a file after the manifest's", start_task(), files(OTHER),
         ["/startTask/resourceFiles/0/filePath"], files(OTHER)),
    Kept("the last file, which is not live", files(*FILES[:2]), files(FILES[0]), ["/startTask/resourceFiles/1"],
         files(FILES[0])),
    Kept("files in whatever order they are pointed at", start_task(), files(*FILES),
         [f"/startTask/resourceFiles/{at}" for at in (1, 2, 0)], files(*FILES)),
    Kept("missing files in whatever order they are pointed at", files(*FILES), start_task(),
         [f"/startTask/resourceFiles/{at}" for at in (1, 0, 2)], files()),
    Kept("several places", environment(A) | metadata(A), environment(LIVE_A) | metadata(LIVE_A, C),
         ["/metadata/c", "/startTask/environmentSettings/a", "/metadata/a"],
         environment(LIVE_A) | metadata(LIVE_A, C)),
    Kept("places within another that the manifest and the pool have no more", files(*FILES), files(OTHER),
         ["/startTask/resourceFiles/1", "/startTask/resourceFiles", "/startTask/resourceFiles/0/fileMode"],
         files(OTHER)),
    Kept("a name that no service should show", {},
         {"certificateReferences": [{"thumbprint": {"A": 1}}]}, ['/certificateReferences/\0unexpected {"A": 1}'],
         {"certificateReferences": [{"thumbprint": {"A": 1}}]}),
    Kept("a place within one that no service should show", {}, {"applicationPackageReferences": "odd"},
         ["/applicationPackageReferences/blender", "/applicationPackageReferences"],
         {"applicationPackageReferences": "odd"}),
    Kept("a place within another", start_task(), {"startTask": "odd"}, ["/startTask/commandLine", "/startTask"],
         {"startTask": "odd"}),
    Kept("what a later version may add", start_task(), start_task(novel={"x": [1, None]}), ["/startTask"],
         start_task(novel={"x": [1, None]})),
    Kept("what a later version may add to an item", {}, metadata({**A, "novel": 1}), ["/metadata/a"],
         metadata({**A, "novel": 1})),
    Kept("two live items of one name", metadata(B), metadata(LIVE_A, A), ["/metadata/a"], metadata(B, LIVE_A, A)),
    Kept("a part of two live items of one name", environment(A), environment(LIVE_A, A),
         ["/startTask/environmentSettings/a/value"], environment(LIVE_A, A)),
]  # fmt: skip
"""A row a place, as a table reads best."""


@pytest.mark.parametrize("row", KEPT, ids=lambda row: row.reason)
def test_what_is_live_is_carried_and_the_rest_stays(row: Kept) -> None:
    check_pointers(row.pointers)
    body = full_body(row.desired)
    before = copy.deepcopy((body, row.live))
    carried = carry(body, row.live, row.pointers)
    assert _sorted(carried) == _sorted(row.body)
    assert (body, row.live) == before, "neither the manifest's nor what was read is changed"


class Refused(NamedTuple):
    """What cannot be kept, and a word of the message."""

    reason: str
    desired: Json
    live: Json
    pointer: str
    word: str = "password"


AT_REGISTRY = "/startTask/containerSettings/registry"
PRIVATE = container(registry=REGISTRY)
REFUSED = [
    *(
        Refused(f"a password, from {pointer}", desired, PRIVATE, pointer)
        for pointer in ("/startTask", "/startTask/containerSettings", AT_REGISTRY)
        for desired in (container(), PRIVATE)
    ),
    Refused("a password, where the manifest has no start task", {}, PRIVATE, "/startTask"),
    Refused("a part of a registry with a password", container(registry=IDENTITY), PRIVATE,
            f"{AT_REGISTRY}/registryServer"),
    Refused("a name without its password", PRIVATE, container(registry={"username": "v"}), f"{AT_REGISTRY}/username"),
    Refused("the manifest's password for a server from elsewhere", container(registry={**REGISTRY, "password": "p"}),
            container(registry={**REGISTRY, "registryServer": "evil.example"}), f"{AT_REGISTRY}/registryServer"),
    Refused("the same for a registry without a user", container(registry={**REGISTRY, "password": "p"}),
            container(registry={**IDENTITY, "registryServer": "evil.example"}), f"{AT_REGISTRY}/registryServer"),
    Refused("a command of no task", {}, start_task(), "/startTask/commandLine", "nothing that could hold"),
    Refused("a variable of no task", {}, environment(A), "/startTask/environmentSettings/a", "nothing that could hold"),
    Refused("a file of no task", {}, files(OTHER), "/startTask/resourceFiles/0", "nothing that could hold"),
    Refused("a server of no registry", container(), container(registry={**IDENTITY, "registryServer": "r"}),
            f"{AT_REGISTRY}/registryServer", "nothing that could hold"),
    Refused("a file behind none", start_task(), files(OTHER, OTHER), "/startTask/resourceFiles/1", "stand before"),
    Refused("a gap between files", files(*FILES), start_task(), "/startTask/resourceFiles/0", "the manifest has more"),
    Refused("two sources of one file", files(FILES[0]), files({"autoStorageContainerName": "box"}),
            "/startTask/resourceFiles/0/autoStorageContainerName", "exactly one of"),
    Refused("no source of a file", files(FILES[0]), files({"autoStorageContainerName": "box"}),
            "/startTask/resourceFiles/0/httpUrl", "exactly one of"),
    Refused("two users", start_task(userIdentity={"autoUser": AUTO_USER}), start_task(userIdentity={"username": "u"}),
            "/startTask/userIdentity/username", "exactly one of"),
    Refused("a right of the automatic user that the manifest replaces", start_task(userIdentity={"username": "u"}),
            start_task(), "/startTask/userIdentity/autoUser/scope", "does not go together"),
    Refused("the second of two live items of one name", {}, metadata(A, LIVE_A), "/metadata/a#2",
            "does not go together"),
]  # fmt: skip


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row.reason)
def test_what_is_not_known_whole_or_does_not_fit_is_refused(row: Refused) -> None:
    with pytest.raises(CannotBeKept) as refusal:
        Desired.of(row.desired, version=VERSION, ignore=(row.pointer,), live=row.live)
    failure = refusal.value
    assert failure.reason == Reason.UnsupportedProperty
    assert row.pointer in failure.message
    assert row.word in failure.message
    assert "spec.ignore" in failure.advice


IN_VAIN = [
    ("/vmSize", "cannot be updated"),
    ("/", "names nothing"),
    ("", "names everything"),
    ("metadata", "is no pointer"),
    ("/metadata/owner/value", "the item is its value"),
    ("/metadata/owner/name", "the item is its value"),
    ("/startTask/novel", "is unknown to the API"),
    ("/startTask/commandLine/0", "leads into a text"),
    ("/startTask/environmentSettings/MODE/name", "a name is what an item goes by"),
    ("/certificateReferences/ab12/thumbprint", "a thumbprint is what a certificate goes by"),
    ("/applicationPackageReferences/blender@4/version", "a version is what a package goes by"),
    ("/startTask/resourceFiles/first", "places are numbers"),
    ("/startTask/resourceFiles/-1", "places begin at 0"),
    ("/startTask/resourceFiles/00", "numbers have one spelling"),
    ("/startTask/resourceFiles/٣", "digits are ASCII"),
    ("/startTask/resourceFiles/" + "9" * 5000, "Python refuses to read so long a number"),
    ("/certificateReferences/ab12/visibility/task", "a set is kept whole"),
    (f"{AT_REGISTRY}/password", "the service never shows it"),
]


@pytest.mark.parametrize(("pointer", "reason"), IN_VAIN)
def test_a_pointer_that_keeps_nothing_is_refused_before_any_pool_is_looked_at(pointer: str, reason: str) -> None:
    with pytest.raises(InvalidSpec) as refusal:
        check_pointers(["/metadata", pointer])
    assert refusal.value.path == "spec.ignore[1]", reason


ODD_LIVE: list[tuple[Json, str]] = [
    ({"startTask": "true"}, "/startTask/commandLine"),
    ({"startTask": []}, "/startTask/environmentSettings/a"),
    ({"metadata": {"owner": "me"}}, "/metadata/owner"),
    ({"metadata": ["hunter2", None, 7]}, "/metadata/unexpected"),
    (start_task(resourceFiles={"0": {}}), "/startTask/resourceFiles/0"),
    (start_task(resourceFiles=[None]), "/startTask/resourceFiles/0/httpUrl"),
    (start_task(userIdentity="root"), "/startTask/userIdentity/autoUser/scope"),
    (start_task(environmentSettings=[{"name": 7}]), "/startTask/environmentSettings/a"),
    (container(registry="r.example"), AT_REGISTRY),
    (start_task(containerSettings=[]), AT_REGISTRY),
    (certificate(visibility="task"), "/certificateReferences/ab12/visibility"),
    ({"targetNodeCommunicationMode": 3}, "/targetNodeCommunicationMode"),
]


@pytest.mark.parametrize(("live", "pointer"), ODD_LIVE)
@pytest.mark.parametrize("desired", [{}, start_task(), container(registry=IDENTITY), environment(A) | metadata(A)])
def test_a_live_value_of_the_wrong_type_is_no_crash(desired: Json, live: Json, pointer: str) -> None:
    try:
        form = Desired.of(desired, version=VERSION, ignore=(pointer,), live=live).form
    except CannotBeKept:
        return
    assert pointer not in paths_of(drift(canonical(live), form))


def test_what_is_ignored_is_never_a_difference_and_the_rest_is() -> None:
    live = environment(LIVE_A, B) | metadata(LIVE_A)
    desired = Desired.of(
        environment(A) | metadata(A), version=VERSION, ignore=("/startTask/environmentSettings/a",), live=live
    )
    assert paths_of(drift(canonical(live), desired.form)) == ["/metadata/a", "/startTask/environmentSettings/b"]


def test_no_message_bears_a_value() -> None:
    live = container(registry={"username": "hunter1"}) | metadata({"name": "a", "value": "hunter2"})
    with pytest.raises(CannotBeKept) as refusal:
        carry(full_body({}), live, ["/startTask"])
    assert "hunter" not in refusal.value.message


def _body(properties: Json) -> Json:
    given = dict(properties)
    arrays = {name: given.get(name, []) for name in ("applicationPackageReferences", "certificateReferences")}
    return {"targetNodeCommunicationMode": "default", "metadata": [], **arrays, **given}


def _sorted(body: Json) -> Json:
    # Where a carried item stands among the named ones is not ours to promise.
    filled = _body(body)
    return {**filled, "metadata": sorted(filled["metadata"], key=str)}
