"""The API's types as data: the five updatable properties in full, everything else of a pool by name.

Source: Microsoft's reference page "Pool - Update Properties" (2024-07-01.20.0), its wire names and enum strings;
for the rest of a pool, the models of PyPI's azure-batch 15.0.0b2, which speaks the same api-version.
"""

from __future__ import annotations

from tests.batchsim.kinds import Choice, Flag, Items, Opaque, Record, Text, Whole

IDENTITY_REFERENCE = Record("ComputeNodeIdentityReference", {"resourceId": Text()})

RESOURCE_FILE = Record(
    "ResourceFile",
    {
        "autoStorageContainerName": Text(),
        "storageContainerUrl": Text(),
        "httpUrl": Text(),
        "blobPrefix": Text(),
        "filePath": Text(),
        "fileMode": Text(),
        "identityReference": IDENTITY_REFERENCE,
    },
)

REGISTRY = Record(
    "ContainerRegistry",
    {
        "username": Text(),
        "password": Text(),
        "registryServer": Text(),
        "identityReference": IDENTITY_REFERENCE,
    },
)

BIND_MOUNT = Record(
    "ContainerHostBatchBindMountEntry",
    {
        "source": Choice(("Shared", "Startup", "VfsMounts", "Task", "JobPrep", "Applications")),
        "isReadOnly": Flag(),
    },
)

CONTAINER_SETTINGS = Record(
    "TaskContainerSettings",
    {
        "containerRunOptions": Text(),
        "imageName": Text(),
        "registry": REGISTRY,
        "workingDirectory": Choice(("taskWorkingDirectory", "containerImageDefault")),
        "containerHostBatchBindMounts": Items(BIND_MOUNT),
    },
    required=("imageName",),
)

AUTO_USER = Record(
    "AutoUserSpecification",
    {"scope": Choice(("task", "pool")), "elevationLevel": Choice(("nonadmin", "admin"))},
)

START_TASK = Record(
    "StartTask",
    {
        "commandLine": Text(),
        "containerSettings": CONTAINER_SETTINGS,
        "resourceFiles": Items(RESOURCE_FILE),
        "environmentSettings": Items(
            Record("EnvironmentSetting", {"name": Text(), "value": Text()}, required=("name",))
        ),
        "userIdentity": Record("UserIdentity", {"username": Text(), "autoUser": AUTO_USER}),
        "maxTaskRetryCount": Whole(minimum=-1),
        "waitForSuccess": Flag(),
    },
    required=("commandLine",),
)

CERTIFICATE_REFERENCE = Record(
    "CertificateReference",
    {
        "thumbprint": Text(),
        "thumbprintAlgorithm": Text(),
        "storeLocation": Choice(("currentuser", "localmachine")),
        "storeName": Text(),
        "visibility": Items(Choice(("starttask", "task", "remoteuser"))),
    },
    required=("thumbprint", "thumbprintAlgorithm"),
)

PACKAGE_REFERENCE = Record(
    "ApplicationPackageReference", {"applicationId": Text(), "version": Text()}, required=("applicationId",)
)

METADATA_ITEM = Record("MetadataItem", {"name": Text(), "value": Text()}, required=("name", "value"))

MAX_PACKAGES = 10

REPLACEMENT = Record(
    "PoolUpdatePropertiesParameter",
    {
        "startTask": START_TASK,
        "certificateReferences": Items(CERTIFICATE_REFERENCE),
        "applicationPackageReferences": Items(PACKAGE_REFERENCE, limit=MAX_PACKAGES),
        "metadata": Items(METADATA_ITEM),
        "targetNodeCommunicationMode": Choice(("default", "classic", "simplified")),
    },
)

_LIST = Opaque((list,))
_OBJECT = Opaque((dict,))

PATCH = Record(
    "PoolPatchParameter",
    {
        **REPLACEMENT.fields,
        "displayName": Text(),
        "vmSize": Text(),
        "enableInterNodeCommunication": Flag(),
        "virtualMachineConfiguration": _OBJECT,
        "taskSlotsPerNode": Whole(minimum=1),
        "taskSchedulingPolicy": _OBJECT,
        "networkConfiguration": _OBJECT,
        "resourceTags": _OBJECT,
        "userAccounts": _LIST,
        "mountConfiguration": _LIST,
        "upgradePolicy": _OBJECT,
    },
)

# "This field can be updated only when the pool is empty", says the specification of Patch Pool of each.
ONLY_WHEN_EMPTY = frozenset(PATCH.fields) - frozenset(REPLACEMENT.fields) - {"displayName"}

ADDITION = Record(
    "PoolAddParameter",
    {
        **PATCH.fields,
        "id": Text(),
        "resizeTimeout": Text(),
        "targetDedicatedNodes": Whole(minimum=0),
        "targetLowPriorityNodes": Whole(minimum=0),
        "enableAutoScale": Flag(),
        "autoScaleFormula": Text(),
        "autoScaleEvaluationInterval": Text(),
    },
    required=("id", "vmSize"),
)

RESIZE = Record(
    "PoolResizeParameter",
    {
        "targetDedicatedNodes": Whole(minimum=0),
        "targetLowPriorityNodes": Whole(minimum=0),
        "resizeTimeout": Text(),
        "nodeDeallocationOption": Choice(("requeue", "terminate", "taskcompletion", "retaineddata")),
    },
)

AUTO_SCALE = Record("PoolEnableAutoScaleParameter", {"autoScaleFormula": Text(), "autoScaleEvaluationInterval": Text()})

REBOOT = Record(
    "NodeRebootParameter",
    {"nodeRebootOption": Choice(("requeue", "terminate", "taskcompletion", "retaineddata"))},
)

# What GET may show of a pool, in the order of the recordings; also the names that $select may bear.
CLOUD_POOL = (
    "id",
    "displayName",
    "url",
    "eTag",
    "lastModified",
    "creationTime",
    "state",
    "stateTransitionTime",
    "allocationState",
    "allocationStateTransitionTime",
    "vmSize",
    "virtualMachineConfiguration",
    "resizeTimeout",
    "resizeErrors",
    "resourceTags",
    "currentDedicatedNodes",
    "currentLowPriorityNodes",
    "targetDedicatedNodes",
    "targetLowPriorityNodes",
    "enableAutoScale",
    "autoScaleFormula",
    "autoScaleEvaluationInterval",
    "autoScaleRun",
    "enableInterNodeCommunication",
    "networkConfiguration",
    "startTask",
    "certificateReferences",
    "applicationPackageReferences",
    "taskSlotsPerNode",
    "taskSchedulingPolicy",
    "userAccounts",
    "metadata",
    "stats",
    "mountConfiguration",
    "identity",
    "targetNodeCommunicationMode",
    "currentNodeCommunicationMode",
    "upgradePolicy",
)

COMPUTE_NODE = (
    "id",
    "url",
    "state",
    "schedulingState",
    "stateTransitionTime",
    "lastBootTime",
    "allocationTime",
    "ipAddress",
    "affinityId",
    "vmSize",
    "totalTasksRun",
    "runningTasksCount",
    "runningTaskSlotsCount",
    "totalTasksSucceeded",
    "recentTasks",
    "startTask",
    "startTaskInfo",
    "certificateReferences",
    "errors",
    "isDedicated",
    "endpointConfiguration",
    "nodeAgentInfo",
    "virtualMachineInfo",
)
