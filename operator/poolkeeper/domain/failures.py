"""What can go wrong, as classes that callers branch on.

    PoolkeeperError
    ├── Failure                     has a reason; ends in a condition
    │   ├── InvalidSpec             the manifest says what the API cannot take
    │   ├── UnsupportedProperty     the account's api-version cannot carry what the manifest asks for
    │   │   ├── CannotBeKept        what spec.ignore points at cannot be sent along
    │   │   └── PasswordMissing     a write would take a registry's password away
    │   ├── AwaitingApproval        mode Approve, and nobody has approved this plan
    │   ├── RemovalNeedsConsent     the first write would remove what the manifest does not name
    │   ├── Conflict                another BatchPool has the same pool
    │   ├── Flapping                another writer undoes the correction again and again
    │   ├── NotStored               the service took a write, and does not show all of it
    │   ├── InternalError           a bug of Poolkeeper's
    │   ├── AccountNotFound         accountRef does not resolve
    │   ├── AccountNotReady         it does, to an account that somebody has to mend first
    │   ├── SecretNotFound          a Secret or one of its keys is missing
    │   │   └── SecretForbidden     the operator may not read it
    │   ├── CredentialUnusable      it is there, but cannot be used as a credential
    │   ├── EndpointNotAllowed      the account points outside the allow-list
    │   ├── IdentityNotAllowed      the operator's own identity is not for this namespace
    │   └── BatchFailure            the Batch service answered, or did not
    │       ├── AuthenticationFailed    401, or 403 for a wrong signature
    │       │   └── TokenRefused        Microsoft Entra ID gives no token
    │       ├── AccessDenied            403
    │       │   ├── ReadDenied          to a read: nothing can be done for the whole account
    │       │   └── WriteDenied         to a write: drift can still be found
    │       ├── PoolNotFound            404
    │       ├── PoolDeleting            409 PoolBeingDeleted
    │       ├── InvalidProperties       400, 413
    │       │   └── CertificateRetired  400: Azure takes no certificate references any more
    │       ├── PropertyForbidden       403 for what the body asks for, not for who asks
    │       ├── PackagesUnavailable     409 InvalidApplicationPackageReferences
    │       ├── ReferencesUnavailable   400: a certificate, an identity, a quota that may come to be
    │       ├── VersionNotServed        400: Azure does not serve the account's api-version any more
    │       ├── ListRefused             the account answers, but not to lists
    │       ├── Throttled               429, or 503 with Retry-After
    │       └── Unavailable             no answer that says whether it was done
    │           ├── ServiceUnavailable  503, the network: the account
    │           └── PoolUnavailable     500 and the like, 409: this pool now, not the account
    └── ClusterUnavailable          the Kubernetes API; ends in a retry, since no status can be written

`message` is stable from one attempt to the next, so that it can stand in a status; `str()` adds the request id
that Microsoft's support asks for, and goes to logs and events.
"""

from __future__ import annotations

from typing import ClassVar

from poolkeeper.domain.reasons import CONSEQUENCES, Reason, Requeue


class PoolkeeperError(Exception):
    """Anything that Poolkeeper raises on purpose."""


class ClusterUnavailable(PoolkeeperError):
    """The Kubernetes API did not do what was asked; try again later."""


class Failure(PoolkeeperError):
    """A cause that is reported in a condition: what happened, and what to do."""

    reason: ClassVar[Reason]
    advice: ClassVar[str] = ""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    @property
    def message(self) -> str:
        """The cause and the next step, the same words for every attempt."""
        return f"{self.cause}; {self.advice}" if self.advice else self.cause

    @property
    def retry(self) -> Requeue:
        """When to try again."""
        return CONSEQUENCES[self.reason].retry

    def __str__(self) -> str:
        return self.message


class InvalidSpec(Failure):
    """The manifest says what the API's types do not allow (an API server with our CRD refuses it first)."""

    reason = Reason.InvalidProperties
    advice = "correct the manifest"

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path} {why}")
        self.path = path


class UnsupportedProperty(Failure):
    """What is asked for cannot be sent whole, and is never sent in part."""

    reason = Reason.UnsupportedProperty
    advice = "take it out of the manifest, or use an api-version of the BatchAccount that has it"


class CannotBeKept(UnsupportedProperty):
    """What `spec.ignore` leaves to others cannot be carried into the body."""

    advice = "write it into spec.properties, or change spec.ignore"


class PasswordMissing(UnsupportedProperty):
    """A write would take away a registry's password, which the service never shows again."""

    advice = (
        "give the password with passwordFrom (or password), take the user name out of the manifest, or let the "
        "password go with spec.adoption: Overwrite"
    )


class AwaitingApproval(Failure):
    """A plan waits for somebody to approve it."""

    reason = Reason.AwaitingApproval

    def __init__(self, cause: str, *, plan: str) -> None:
        super().__init__(cause)
        self.plan = plan
        """Its hash."""


class RemovalNeedsConsent(Failure):
    """The first write to this pool would take away what the manifest does not speak of."""

    reason = Reason.RemovalNeedsConsent
    advice = (
        "write it into spec.properties, leave it to others with spec.ignore, or let it go with spec.adoption: Overwrite"
    )


class Conflict(Failure):
    """Several BatchPools ask for one pool; only the oldest has it."""

    reason = Reason.Conflict
    advice = "delete one of them; if the owner goes, this one takes over"


class Flapping(Failure):
    """Corrections do not last: somebody else keeps writing."""

    reason = Reason.Flapping
    advice = "find the other writer; Poolkeeper watches, and tries again later, when the spec changes, or on request"

    def __init__(self, cause: str, *, pause: float) -> None:
        super().__init__(cause)
        self.pause = pause
        """Seconds until it is worth another try."""


class NotStored(Failure):
    """The service answered that it took a write, and what it shows afterwards is not what was sent."""

    reason = Reason.NotStored
    advice = (
        "the same body is not sent again until the spec or the account changes, or somebody asks with the annotation "
        "poolkeeper.dev/reconcile-requested-at; ask Azure support with the request id of status.lastWrite"
    )


class InternalError(Failure):
    """A bug of Poolkeeper's: what it is about is in the log, since an exception's text may quote anything."""

    reason = Reason.InternalError
    advice = "nothing is sent; Poolkeeper retries; please report it with the operator's log"

    def __init__(self, error: BaseException) -> None:
        super().__init__(f"Poolkeeper itself fails with {type(error).__name__}")


class AccountNotFound(Failure):
    """`spec.accountRef` names no BatchAccount of this namespace."""

    reason = Reason.AccountNotFound
    advice = "create it, or correct spec.accountRef.name"


class AccountNotReady(Failure):
    """The account as a whole cannot be used, and waiting alone will not help."""

    reason = Reason.AccountNotReady
    advice = "this pool follows as soon as the account is ready"


class SecretNotFound(Failure):
    """A Secret, or a key in it, that the account or the pool refers to is missing."""

    reason = Reason.SecretNotFound
    advice = "create it in this namespace; Poolkeeper keeps looking for it"


class SecretForbidden(SecretNotFound):
    """It may be there, but the operator may not read it."""

    advice = "grant the operator's service account `get` on secrets in this namespace; Poolkeeper retries"


class CredentialUnusable(Failure):
    """The account's credential is there, but is not what its type needs."""

    reason = Reason.AuthenticationFailed
    advice = "correct what spec.auth of the BatchAccount names; Poolkeeper retries"


class EndpointNotAllowed(Failure):
    """No request is sent to an endpoint outside the allow-list: it would carry the operator's credential there."""

    reason = Reason.EndpointNotAllowed
    advice = "correct spec.endpoint of the BatchAccount, or start the operator with --allow-endpoint"


class IdentityNotAllowed(Failure):
    """No token is asked for: the namespace may not use the identity that the operator itself holds."""

    reason = Reason.IdentityNotAllowed
    advice = (
        "use type ServicePrincipal or SharedKey with a Secret of the namespace, or ask the operator's owner to name "
        "the namespace in --default-identity-namespaces"
    )


class BatchFailure(Failure):
    """The Batch service refused, or could not be asked."""

    account_wide: ClassVar[bool] = False
    """Whether the next request to this account, whatever the pool, can be expected to fare the same."""

    def __init__(
        self,
        cause: str,
        *,
        code: str = "",
        request_id: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(cause)
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.message} (request {self.request_id})" if self.request_id else self.message


class AuthenticationFailed(BatchFailure):
    """401, or the 403 that a wrong SharedKey signature gets."""

    account_wide = True
    reason = Reason.AuthenticationFailed
    advice = (
        "check what spec.auth of the BatchAccount names, the Secret or the operator's identity, "
        "and that the account allows this kind of sign-in"
    )


class TokenRefused(AuthenticationFailed):
    """Microsoft Entra ID does not take the credential; the cause says what each of its codes asks for."""

    advice = "Poolkeeper retries"


_HOW_TO_GRANT = "on the account, or let its network rules pass; a new role takes some minutes"


class AccessDenied(BatchFailure):
    """403; always one of the two below."""

    reason = Reason.AccessDenied


class ReadDenied(AccessDenied):
    """403 to a read: it closes the whole account."""

    account_wide = True
    advice = (
        "grant Microsoft.Batch/batchAccounts/pools/read and Microsoft.Batch/batchAccounts/pools/write " + _HOW_TO_GRANT
    )


class WriteDenied(AccessDenied):
    """403 to a write: one who may read but not write can still look for drift."""

    advice = "grant Microsoft.Batch/batchAccounts/pools/write " + _HOW_TO_GRANT


class PoolNotFound(BatchFailure):
    """404."""

    reason = Reason.PoolNotFound
    advice = "create the pool, or correct spec.poolID; Poolkeeper never creates pools and keeps looking"


class PoolDeleting(BatchFailure):
    """The pool is on its way out."""

    reason = Reason.PoolDeleting
    advice = "nothing is sent to a pool that is being deleted; Poolkeeper keeps looking for a new one of that id"


class InvalidProperties(BatchFailure):
    """400 or 413: the same body will be refused again."""

    reason = Reason.InvalidProperties
    advice = "change spec.properties; the same body is not sent again"


class PackagesUnavailable(BatchFailure):
    """409: a package or version is not in the account, not active, or has no default version."""

    reason = Reason.InvalidProperties
    advice = (
        "upload and activate each package of spec.properties.applicationPackageReferences, or set a default version; "
        "Poolkeeper tries again now and then"
    )

    @property
    def retry(self) -> Requeue:
        return Requeue.SLOWLY


class ReferencesUnavailable(BatchFailure):
    """400 for what the body refers to: a certificate that is not in the account, an identity that the pool lacks."""

    reason = Reason.InvalidProperties
    advice = "put it in place, or change spec.properties; Poolkeeper tries again now and then"

    @property
    def retry(self) -> Requeue:
        return Requeue.SLOWLY


class PropertyForbidden(ReferencesUnavailable):
    """403 about a property of the body: who asks may write, but not this."""

    advice = "change it, or ask Azure to allow it for this account; Poolkeeper tries again now and then"


class CertificateRetired(InvalidProperties):
    """400 CertificateRetired: since Azure has retired them, no body with certificate references is taken."""

    reason = Reason.CertificateRetired
    advice = (
        "take spec.properties.certificateReferences out of the manifest and consent to their removal "
        "(spec.adoption: Overwrite, if the guard asks), or move the BatchAccount to apiVersion 2025-06-01, which does "
        "not know them; spec.ignore cannot keep them; use Azure Key Vault in their place"
    )


class VersionNotServed(BatchFailure):
    """400 to every request: Azure has retired the api-version."""

    account_wide = True
    reason = Reason.VersionNotServed
    advice = (
        "Azure does not serve it any more: change spec.apiVersion of the BatchAccount to a newer one; if there is "
        "none, install a newer Poolkeeper"
    )


class Throttled(BatchFailure):
    """429, or 503 with Retry-After."""

    account_wide = True
    reason = Reason.Throttled
    advice = "Poolkeeper waits as long as the service asks; lower maxRequestsPerSecond if this goes on"


class Unavailable(BatchFailure):
    """No answer that says whether it was done; always one of the two below."""

    reason = Reason.ServiceUnavailable
    advice = "Poolkeeper retries"


class ServiceUnavailable(Unavailable):
    """503, or the network."""

    account_wide = True


class PoolUnavailable(Unavailable):
    """500 and the like, or a passing conflict with the pool's state: other pools of the account may be well."""


class ListRefused(BatchFailure):
    """The account answers, but not to a list of its pools: they are read one by one."""

    reason = Reason.ListRefused
    advice = (
        "each pool is read alone meanwhile; if this stays, check the account in Azure, spec.apiVersion, and proxies"
    )
