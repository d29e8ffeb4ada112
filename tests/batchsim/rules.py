"""What the API's page says in words about a pool's properties, beyond types.

Each rule is one function over the body; its docstring quotes the page "Pool - Update Properties" in short.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.batchsim.errors import Refusal, about_property

Json = dict[str, Any]


@dataclass(frozen=True)
class Application:
    """An application of the account: its package versions, and the one a reference without version means."""

    versions: frozenset[str] = frozenset()
    default: str | None = None


@dataclass
class Catalogue:
    """What the account knows; None takes any reference.

    `applications` is keyed by lower-case id, `certificates` holds lower-case thumbprints.
    """

    applications: dict[str, Application] | None = None
    certificates: frozenset[str] | None = None
    certificates_retired: bool = False
    """Reported of accounts since Azure has retired them: no body that refers to one is taken."""


def check_words(body: Json) -> None:
    """Refuse a body (already of the right types) that breaks a rule the page gives in words."""
    if start_task := body.get("startTask"):
        _one_identity(start_task.get("userIdentity") or {})
        for file in start_task.get("resourceFiles") or []:
            _one_source(file)
    for certificate in body.get("certificateReferences") or []:
        _sha1_only(certificate)
    for item in body.get("metadata") or []:
        if not item["name"]:
            raise Refusal("EmptyMetadataKey")


def _one_identity(identity: Json) -> None:
    """ "userName and autoUser are mutually exclusive; you must specify one but not both." """
    if identity.get("username") is not None and identity.get("autoUser") is not None:
        reason = "userName and autoUser are mutually exclusive."
        raise about_property("InvalidPropertyValue", "userIdentity", reason=reason)


def _one_source(file: Json) -> None:
    """ "autoStorageContainerName, storageContainerUrl and httpUrl ... are mutually exclusive and one ... must be." """
    sources = [n for n in ("autoStorageContainerName", "storageContainerUrl", "httpUrl") if file.get(n) is not None]
    if len(sources) != 1:
        reason = (
            "Exactly one of autoStorageContainerName, storageContainerUrl and httpUrl must be specified;"
            f" {len(sources)} are."
        )
        raise about_property("InvalidPropertyValue", "resourceFiles", reason=reason)
    if sources == ["httpUrl"] and not file.get("filePath"):
        raise about_property("MissingRequiredProperty", "filePath", reason="httpUrl is specified.")
    if sources == ["httpUrl"] and file.get("blobPrefix") is not None:
        reason = "blobPrefix is valid only with autoStorageContainerName or storageContainerUrl."
        raise about_property("InvalidPropertyValue", "blobPrefix", value=file["blobPrefix"], reason=reason)
    if ".." in (file.get("filePath") or "").replace("\\", "/").split("/"):
        reason = "The path breaks out of the task's working directory."
        raise about_property("InvalidPropertyValue", "filePath", value=file["filePath"], reason=reason)


def _sha1_only(certificate: Json) -> None:
    """ "The algorithm with which the thumbprint is associated. This must be sha1." """
    algorithm = certificate["thumbprintAlgorithm"]
    if algorithm.casefold() != "sha1":
        raise about_property(
            "InvalidPropertyValue", "thumbprintAlgorithm", value=algorithm, reason="This must be sha1."
        )


def check_references(body: Json, catalogue: Catalogue) -> None:
    """Refuse references to packages (409) and certificates (400) that the account does not have."""
    if catalogue.applications is not None:
        for reference in body.get("applicationPackageReferences") or []:
            _known_package(reference, catalogue.applications)
    if catalogue.certificates_retired and body.get("certificateReferences"):
        # In short what is reported in Azure/azure-sdk-for-go issue 24713, with these words in it.
        values = {"Reason": "The target resource should no longer contain certificate references."}
        raise Refusal("CertificateRetired", values=values)
    if catalogue.certificates is not None:
        for certificate in body.get("certificateReferences") or []:
            if certificate["thumbprint"].casefold() not in catalogue.certificates:
                values = {"Thumbprint": certificate["thumbprint"]}
                raise Refusal("InvalidCertificateReferences", values=values)


def _known_package(reference: Json, applications: dict[str, Application]) -> None:
    # The last segment names the application, be the id short or fully qualified.
    identifier = reference["applicationId"].rsplit("/", 1)[-1].casefold()
    version = reference.get("version")
    application = applications.get(identifier)
    if application is None:
        problem = "The specified application package does not exist."
    elif version is None and application.default is None:
        problem = "No version is given and the application has no default version."
    elif version is not None and version not in application.versions:
        problem = "The version does not exist or is not active."
    else:
        return
    # Recorded: one pair, the application's id and what is wrong with it. Only the first problem's words are.
    raise Refusal("InvalidApplicationPackageReferences", values={identifier: problem})
