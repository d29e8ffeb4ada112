"""The SDK changes pools: full replacements, patches, resizes, scaling, creation and deletion."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.batch import BatchClient, models
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError

from tests.batchsim.sim import BatchSim
from tests.contract.answers import code_of, headers_of
from tests.contract.conftest import Connect

StartTask = models.BatchStartTask


def nothing() -> models.BatchPoolReplaceContent:
    return models.BatchPoolReplaceContent(certificate_references=[], application_package_references=[], metadata=[])


def test_a_replacement_answers_the_etag_that_the_next_get_shows(client: BatchClient, batchsim: BatchSim) -> None:
    before = batchsim.etag("rendering")
    headers: Any = client.replace_pool_properties("rendering", nothing(), cls=headers_of)
    pool = client.get_pool("rendering")
    assert before < headers["ETag"] == pool.e_tag
    assert headers["DataServiceId"] == f"{batchsim.url}/pools/rendering/updateproperties"
    assert pool.last_modified is not None
    assert headers["Last-Modified"] == pool.last_modified.replace(microsecond=0)


def test_what_a_replacement_leaves_out_is_gone_and_the_rest_of_the_pool_stays(
    client: BatchClient, batchsim: BatchSim
) -> None:
    before = batchsim.pool("rendering")
    client.replace_pool_properties("rendering", nothing())
    after = batchsim.pool("rendering")
    gone = {"startTask", "applicationPackageReferences", "metadata"}
    moved = {"eTag", "lastModified", "targetNodeCommunicationMode"}
    assert gone <= set(before)
    assert set(after) == set(before) - gone
    assert {name for name in after if after[name] != before[name]} == moved
    assert after["certificateReferences"] == []
    assert after["targetNodeCommunicationMode"] == "default"


def test_every_nested_type_comes_back_as_the_service_keeps_it(client: BatchClient) -> None:
    content = models.BatchPoolReplaceContent(
        start_task=StartTask(
            command_line="/bin/sh -c true",
            container_settings=models.BatchTaskContainerSettings(
                image_name="alpine:3",
                container_run_options="--rm",
                working_directory="containerImageDefault",
                registry=models.ContainerRegistryReference(
                    username="puller", password="secret", registry_server="registry.example.org"
                ),
                container_host_batch_bind_mounts=[
                    models.ContainerHostBatchBindMountEntry(source="VfsMounts", is_read_only=True)
                ],
            ),
            resource_files=[
                models.ResourceFile(http_url="https://x.example.org/a?sig=1", file_path="a", file_mode="0644"),
                models.ResourceFile(auto_storage_container_name="box", blob_prefix="p/"),
                models.ResourceFile(
                    storage_container_url="https://x.example.org/box",
                    identity_reference=models.BatchNodeIdentityReference(resource_id="/subscriptions/1/x"),
                ),
            ],
            environment_settings=[models.EnvironmentSetting(name="A", value="1"), models.EnvironmentSetting(name="B")],
            user_identity=models.UserIdentity(username="builder"),
            max_task_retry_count=-1,
            wait_for_success=False,
        ),
        certificate_references=[
            models.BatchCertificateReference(
                thumbprint="ABCDEF",
                thumbprint_algorithm="sha1",
                store_location="localmachine",
                store_name="Root",
                visibility=["task", "remoteuser"],
            )
        ],
        application_package_references=[models.BatchApplicationPackageReference(application_id="Blender", version="4")],
        metadata=[models.MetadataItem(name="owner", value="me")],
        target_node_communication_mode="classic",
    )
    client.replace_pool_properties("video-transcode", content)
    pool = client.get_pool("video-transcode")
    assert pool.start_task is not None
    sent, got = content.start_task.as_dict(), pool.start_task.as_dict()  # type: ignore[union-attr]
    assert sent["containerSettings"]["registry"].pop("password") == "secret"
    assert got == sent
    assert content.certificate_references is not None
    # Recorded: with capitals that no page has.
    content.certificate_references[0].store_location = "LocalMachine"
    assert pool.certificate_references == content.certificate_references
    assert pool.metadata == content.metadata
    assert pool.application_package_references == [
        models.BatchApplicationPackageReference(application_id="blender", version="4")
    ]
    assert (pool.target_node_communication_mode, pool.current_node_communication_mode) == ("classic", "classic")


def test_a_bare_start_task_comes_back_with_its_defaults(client: BatchClient) -> None:
    content = nothing()
    content.start_task = StartTask(command_line="true")
    client.replace_pool_properties("rendering", content)
    pool = client.get_pool("rendering")
    assert pool.start_task is not None
    assert pool.start_task.as_dict() == {
        "commandLine": "true",
        "userIdentity": {"autoUser": {"scope": "pool", "elevationLevel": "nonadmin"}},
        "maxTaskRetryCount": 0,
        "waitForSuccess": True,
    }


def test_an_empty_list_of_bind_mounts_is_not_an_absent_one(client: BatchClient) -> None:
    content = nothing()
    settings = models.BatchTaskContainerSettings(image_name="alpine", container_host_batch_bind_mounts=[])
    content.start_task = StartTask(command_line="true", container_settings=settings)
    client.replace_pool_properties("rendering", content)
    start_task = client.get_pool("rendering").start_task
    assert start_task is not None
    assert start_task.container_settings is not None
    assert start_task.container_settings.container_host_batch_bind_mounts == []


def test_a_patch_replaces_what_it_names_and_nothing_else(client: BatchClient, batchsim: BatchSim) -> None:
    before = batchsim.pool("rendering")
    client.update_pool(
        "rendering",
        models.BatchPoolUpdateContent(start_task=StartTask(command_line="true"), display_name="renamed"),
    )
    after = batchsim.pool("rendering")
    assert {name for name in before if after[name] != before[name]} == {
        "startTask",
        "displayName",
        "eTag",
        "lastModified",
    }
    assert after["startTask"]["userIdentity"]["autoUser"]["elevationLevel"] == "nonadmin"


def test_a_patch_of_what_only_an_empty_pool_can_change_needs_an_empty_pool(
    client: BatchClient, batchsim: BatchSim
) -> None:
    bigger = models.BatchPoolUpdateContent(vm_size="STANDARD_E64DS_V5")
    client.update_pool("genomics", bigger)
    assert batchsim.pool("genomics")["vmSize"] == "standard_e64ds_v5"
    with pytest.raises(ResourceExistsError):
        client.update_pool("rendering", bigger)


def test_a_conditional_patch_is_compare_and_swap(client: BatchClient, batchsim: BatchSim) -> None:
    content = models.BatchPoolUpdateContent(metadata=[models.MetadataItem(name="round", value="1")])
    seen = batchsim.etag("rendering")
    client.update_pool("rendering", content, etag=seen, match_condition=MatchConditions.IfNotModified)
    with pytest.raises(ResourceModifiedError) as lost:
        client.update_pool("rendering", content, etag=seen, match_condition=MatchConditions.IfNotModified)
    assert lost.value.status_code == 412
    assert "ConditionNotMet" in str(lost.value)


def test_a_resize_moves_the_etag_and_its_end_does_not(
    start_batchsim: Any, connect: Connect, batchsim: BatchSim
) -> None:
    sim: BatchSim = start_batchsim(pools=[batchsim.pool("etl-windows")], settle_seconds=None)
    client = connect(sim)
    before = sim.etag("etl-windows")
    client.resize_pool("etl-windows", models.BatchPoolResizeContent(target_dedicated_nodes=3))
    resizing = client.get_pool("etl-windows")
    assert resizing.e_tag != before
    assert (resizing.allocation_state, resizing.current_dedicated_nodes) == ("resizing", 1)
    client.replace_pool_properties("etl-windows", nothing())  # a resize does not stand in the way
    with pytest.raises(ResourceExistsError):
        client.resize_pool("etl-windows", models.BatchPoolResizeContent(target_dedicated_nodes=4))
    sent = sim.etag("etl-windows")
    sim.settle("etl-windows")
    steady = client.get_pool("etl-windows")
    assert (steady.allocation_state, steady.current_dedicated_nodes, steady.e_tag) == ("steady", 3, sent)


def test_stopping_a_resize_leaves_the_etag_alone(start_batchsim: Any, connect: Connect, batchsim: BatchSim) -> None:
    sim: BatchSim = start_batchsim(pools=[batchsim.pool("etl-windows")], settle_seconds=None)
    client = connect(sim)
    client.resize_pool("etl-windows", models.BatchPoolResizeContent(target_dedicated_nodes=3))
    resizing = sim.etag("etl-windows")
    client.stop_pool_resize("etl-windows")
    assert client.get_pool("etl-windows").allocation_state == "stopping"
    sim.settle("etl-windows")
    pool = client.get_pool("etl-windows")
    assert (pool.allocation_state, pool.current_dedicated_nodes, pool.e_tag) == ("steady", 1, resizing)


def test_turning_automatic_scaling_on_moves_the_etag_and_off_does_not(client: BatchClient, batchsim: BatchSim) -> None:
    etags = [batchsim.etag("genomics")]
    client.enable_pool_auto_scale(
        "genomics", models.BatchPoolEnableAutoScaleContent(auto_scale_formula="$TargetDedicatedNodes=0;")
    )
    etags.append(batchsim.etag("genomics"))
    assert client.get_pool("genomics").enable_auto_scale is True
    client.disable_pool_auto_scale("genomics")
    etags.append(batchsim.etag("genomics"))
    assert client.get_pool("genomics").enable_auto_scale is False
    assert [a == b for a, b in itertools.pairwise(etags)] == [False, True]


def test_a_pool_is_created_deleting_and_gone(start_batchsim: Any, connect: Connect) -> None:
    sim: BatchSim = start_batchsim(settle_seconds=None)
    client = connect(sim)
    content = models.BatchPoolCreateContent(id="Fresh", vm_size="STANDARD_D2S_V3", target_dedicated_nodes=1)
    headers: Any = client.create_pool(content, cls=headers_of)
    pool = client.get_pool("fresh")
    assert (pool.id, pool.vm_size, pool.e_tag) == ("Fresh", "standard_d2s_v3", headers["ETag"])
    assert "targetNodeCommunicationMode" not in pool.as_dict()
    with pytest.raises(ResourceExistsError):
        client.create_pool(content)
    client.delete_pool("fresh")
    assert client.get_pool("fresh").state == "deleting"
    with pytest.raises(HttpResponseError) as refused:
        client.replace_pool_properties("fresh", nothing())
    assert code_of(refused.value) == (409, "PoolBeingDeleted")
    sim.settle("fresh")
    assert client.pool_exists("fresh") is False


def test_etags_grow_with_every_write_even_on_a_clock_that_stands_still(
    start_batchsim: Any, connect: Connect, batchsim: BatchSim
) -> None:
    now = datetime.now(UTC)
    sim: BatchSim = start_batchsim(pools=[batchsim.pool("genomics")], clock=lambda: now)
    client = connect(sim)
    etags: list[str] = []
    for _ in range(5):
        headers: Any = client.replace_pool_properties("genomics", nothing(), cls=headers_of)
        etags.append(headers["ETag"])
    assert etags == sorted(set(etags))
