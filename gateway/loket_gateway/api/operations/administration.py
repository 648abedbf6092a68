"""The configuration, residents' rights, accounts and keys, and the logs."""

from __future__ import annotations

from ... import schemas
from .operation import BASE, BODY, BYTES, YAML, Operation

_ACCOUNT = f"{BASE}/accounts/{{name}}"
_KEY = f"{BASE}/api-keys/{{name}}"

OPERATIONS = (
    Operation(
        id="getConfiguration", also=(YAML,), method="get", path=f"{BASE}/configuration",
        query=schemas.ConfigurationQuery,
        permission="configuration.read", summary="Get the configuration; as a file with Accept: application/yaml",
        status=200, answer=schemas.Configuration, refusals=("invalid-request", "no-such-version"),
    ),
    Operation(
        id="putConfiguration", method="put", path=f"{BASE}/configuration", query=schemas.ConfigurationQuery,
        body=BYTES, body_type=YAML, permission="configuration.change",
        summary="Load a configuration, whole or not at all", status=200, answer=schemas.Taken,
        refusals=("unsupported-media-type", "body-too-large", "invalid-request", "invalid-configuration",
                     "removal-not-confirmed"),
    ),
    Operation(
        id="exportResident", method="post", path=f"{BASE}/residents/export", body=schemas.ResidentWish,
        permission="residents.erase", summary="Return everything stored about one person", status=200,
        answer=schemas.Export, refusals=BODY,
    ),
    Operation(
        id="eraseResident", method="post", path=f"{BASE}/residents/erase", body=schemas.ResidentWish,
        permission="residents.erase",
        summary="Erase everything stored about one person", status=200, answer=schemas.Erased, refusals=BODY,
    ),
    Operation(
        id="getAudit", method="get", path=f"{BASE}/audit", query=schemas.AuditQuery, permission="audit.read",
        summary="List who read or changed data of residents", status=200, answer=schemas.Audit,
        refusals=("invalid-request",),
    ),
    Operation(
        id="listAccounts", method="get", path=f"{BASE}/accounts", permission="access.change",
        summary="List the accounts of people", status=200, answer=schemas.Accounts,
    ),
    Operation(
        id="makeAccount", method="post", path=f"{BASE}/accounts", body=schemas.MakeAccount,
        permission="access.change", summary="Create an account, with a first password", status=201,
        answer=schemas.NewAccount, refusals=(*BODY, "name-taken"),
    ),
    Operation(
        id="changeAccount", method="patch", path=_ACCOUNT, body=schemas.ChangeAccount, permission="access.change",
        summary="Change the roles of an account, or close it",
        status=200, answer=schemas.Account, refusals=(*BODY, "account-not-found"),
    ),
    Operation(
        id="resetPassword", method="post", path=f"{_ACCOUNT}/password", permission="access.change",
        summary="Set a new first password", status=200, answer=schemas.NewAccount, refusals=("account-not-found",),
    ),
    Operation(
        id="removeSecondFactor", method="delete", path=f"{_ACCOUNT}/second-factor", permission="access.change",
        summary="Remove the authenticator app of a user who lost it", status=204, refusals=("account-not-found",),
    ),
    Operation(
        id="listKeys", method="get", path=f"{BASE}/api-keys", permission="access.change",
        summary="List the keys of portals and machines", status=200, answer=schemas.Keys,
    ),
    Operation(
        id="makeKey", method="post", path=f"{BASE}/api-keys", body=schemas.MakeKey, permission="access.change",
        summary="Create a key", status=201, answer=schemas.NewKey, refusals=(*BODY, "name-taken"),
    ),
    Operation(
        id="renewKey", method="post", path=f"{_KEY}/renew", permission="access.change",
        summary="Create a new key beside the old one", status=200, answer=schemas.RenewedKey,
        refusals=("account-not-found",),
    ),
    Operation(
        id="removeKey", method="delete", path=_KEY, permission="access.change", summary="Revoke a key",
        status=204, refusals=("account-not-found",),
    ),
    Operation(
        id="getAccessLog", method="get", path=f"{BASE}/access-log", query=schemas.PageQuery, permission="audit.read",
        summary="List logins, and who gave or took access", status=200, answer=schemas.AccessLog,
        refusals=("invalid-request",),
    ),
)  # fmt: skip
