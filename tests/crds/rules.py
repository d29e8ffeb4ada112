"""What the API server refuses, each with its reason; the name is the folder under `manifests/`."""

from __future__ import annotations

APPLIED = {
    # BatchAccount
    "account-endpoint-is-required": "without an endpoint there is nothing to talk to",
    "account-endpoint-is-scheme-and-host": "paths are appended to it, and user names or queries could misdirect them",
    "account-name-is-one-of-azure": "Batch account names are 3 to 24 letters and digits",
    "account-api-version-is-known": "the version decides which properties a pool has",
    "account-auth-is-required": "there is no safe default for who the operator is",
    "account-shared-key-needs-a-secret": "a shared key comes from a Secret, nowhere else",
    "account-auth-type-is-known": "a sign-in that the operator does not know would never succeed",
    "account-service-principal-is-whole": "a service principal is a client of a tenant, with a secret",
    "account-own-identity-has-no-secret": "a Secret that is not read would make believe that it is",
    "account-auth-names-what-its-type-takes": "an identity that is not asked for would make believe that it is",
    "account-tenant-is-an-id-or-a-domain": "it becomes a part of the URL that tokens are asked of",
    "account-client-is-an-id": "client ids are GUIDs",
    "account-check-interval-is-a-duration": "a mistyped interval must not become a busy loop",
    "account-request-rate-has-bounds": "no budget at all would stop the operator, an endless one the account",
    "account-fields-are-known": "a mistyped field would silently mean its default",
    # BatchPool: which pool
    "pool-account-is-required": "the pool's account says where it is",
    "pool-id-is-one-of-azure": "Batch ids are up to 64 letters, digits, hyphens and underscores",
    "pool-properties-are-required": "leaving them out by mistake would remove everything; {} says so on purpose",
    "pool-mode-is-known": "a mistyped mode must not turn watching into writing",
    "pool-adoption-is-known": "a mistyped consent must not be taken for one",
    "pool-suspend-is-a-boolean": "a quoted true is a string, and a string would not suspend",
    "pool-check-interval-is-a-duration": "a mistyped interval must not become a busy loop",
    "pool-fields-are-known": "a mistyped field would silently be removed from the pool",
    "ignored-places-lie-in-the-properties": "a place that no write can change would be ignored in vain",
    # Start task
    "start-task-has-a-command-line": "StartTask.commandLine is required",
    "retry-count-starts-at-minus-one": "-1 means for ever, less means nothing",
    "wait-for-success-is-a-boolean": "a quoted false is a string, which the service refuses",
    "user-identity-is-auto-user-or-username": "UserIdentity: autoUser and username exclude each other, one is needed",
    "auto-user-scope-is-pool-or-task": "AutoUserScope",
    "elevation-level-is-admin-or-nonadmin": "ElevationLevel",
    "environment-names-stand-once": "of two values of one variable nobody knows which one wins",
    "environment-settings-have-names": "EnvironmentSetting.name is required",
    # Container
    "container-has-an-image": "TaskContainerSettings.imageName is required",
    "container-working-directory-is-known": "ContainerWorkingDirectory",
    "registry-has-one-way-to-log-in": "ContainerRegistry: the identity stands instead of username and password",
    "registry-password-goes-with-a-username": "a password alone logs nobody in",
    "registry-username-is-not-empty": "an empty user name logs nobody in",
    "bind-mounts-name-a-directory-of-the-node": "ContainerHostDataPath",
    "bind-mounts-name-a-directory-once": "mounted twice, once read-only, it would be both",
    # Resource files
    "resource-file-has-one-source": "ResourceFile: the sources exclude each other, from a Secret or not; one is needed",
    "resource-file-sources-are-well-formed": "a node cannot download from what is no http URL",
    "resource-file-path-is-required-with-http-url": "ResourceFile: a single file needs a name on the node",
    "resource-file-blob-prefix-needs-a-container": "ResourceFile: only a container has blobs to choose from",
    "resource-file-path-stays-in-the-task-directory": "ResourceFile: the path cannot break out of the directory",
    "resource-file-mode-is-octal": "ResourceFile.fileMode is octal",
    "identity-is-an-azure-resource-id": "ComputeNodeIdentityReference.resourceId is an ARM resource id",
    # Values from Secrets
    "secret-reference-names-secret-and-key": "no other namespace, no other source, and none that may be missing",
    "secret-stands-in-place-of-the-value": "of two values of one variable nobody knows which one wins",
    "secret-stands-in-place-of-the-password": "of two passwords nobody knows which one is sent",
    # Application packages
    "packages-are-at-most-ten": "the service takes ten application packages a pool",
    "packages-stand-once": "the same version of one application can be installed only once",
    "package-id-is-a-name-or-a-resource-id": "application names are 1 to 64 letters, digits, hyphens, underscores",
    "package-version-is-one-of-azure": "version names are 1 to 64 letters, digits, hyphens, underscores, dots",
    # Certificates
    "certificate-has-a-thumbprint": "a SHA-1 thumbprint has 40 hexadecimal digits",
    "certificate-algorithm-is-sha1": "CertificateReference.thumbprintAlgorithm must be sha1",
    "certificate-store-location-is-known": "CertificateStoreLocation",
    "certificate-store-name-is-not-empty": "an empty name is no store, and no default either",
    "certificate-visibility-is-known": "CertificateVisibility",
    "certificate-visibility-stands-once": "a set of accounts names each once",
    # Metadata and mode
    "metadata-names-stand-once": "server-side apply and Kustomize merge metadata by name",
    "metadata-has-name-and-value": "MetadataItem: both are required",
    "communication-mode-is-known": "NodeCommunicationMode",
}
"""Rules about an object as it stands."""

CHANGED = {
    "pool-id-is-immutable": "status, ETag and ownership belong to one pool",
}
"""Rules about a change of an object; their folders have a `before.yaml`."""

RULES = APPLIED | CHANGED
