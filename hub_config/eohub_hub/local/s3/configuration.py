"""The three configuration files of SeaweedFS, as pure functions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from eohub_hub.local.s3.options import LONGEST_SESSION_SECONDS, ROLE, ROLE_ARN, S3Options

PROVIDER = "eohub-login"
SHARED_BUCKET = "climate"
PERSONAL_BUCKET = "users"
GROUP_BUCKET = "groups"

_OBJECT_ACTIONS = [
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
]


@dataclass(frozen=True)
class Keys:
    """Secrets that sign what the parts of SeaweedFS hand each other; hexadecimal."""

    write: str
    read: str
    filer_write: str
    filer_read: str
    session: str
    """Signs the session tokens that STS gives out; base64."""


def security_toml(keys: Keys, folder: str = "certificates") -> str:
    """`security.toml`: signed HTTP requests between the parts, and mutual TLS on every inner port.

    `folder` holds the certificates, relative to the working directory of the process.
    """
    # Both bounds: with the lower one alone SeaweedFS warns and opens its gRPC ports without TLS.
    lines = ['[tls]\nmin_version = "TLS 1.3"\nmax_version = "TLS 1.3"\n']
    signing = {
        "jwt.signing": keys.write,
        "jwt.signing.read": keys.read,
        "jwt.filer_signing": keys.filer_write,
        "jwt.filer_signing.read": keys.filer_read,
    }
    lines += [f'[{name}]\nkey = "{key}"\n' for name, key in signing.items()]
    lines.append("[access]\nui = false\n")
    lines.append("[filer.expose_directory_metadata]\nenabled = false\n")
    lines.append(f'[grpc]\nca = "{folder}/ca.crt"\n')
    pair = f'cert = "{folder}/inner.crt"\nkey = "{folder}/inner.key"\n'
    # Components that are not started are closed as well, should a later version start one unasked.
    parts = ("master", "volume", "filer", "s3", "client", "msg_broker", "msg_agent", "mq", "admin", "worker")
    lines += [f'[grpc.{part}]\n{pair}allowed_commonNames = "eohub-s3-inner"\n' for part in parts]
    mutual = f'{pair}ca = "{folder}/ca.crt"\n'
    lines += [f"[https.{part}]\n{mutual}" for part in ("master", "volume", "filer", "admin")]
    lines.append(f"[https.client]\nenabled = true\n{mutual}")
    return "\n".join(lines)


def identities_json(access_key_id: str, secret_access_key: str) -> str:
    """The only identity with a lasting key: the administrator, for making buckets and seeding data."""
    administrator = {
        "name": "eohub-admin",
        "credentials": [{"accessKey": access_key_id, "secretKey": secret_access_key}],
        "actions": ["Admin", "Read", "Write", "List", "Tagging"],
    }
    return json.dumps({"identities": [administrator]}, indent=2)


def access_json(options: S3Options, session_key: str) -> str:
    """STS, the issuer it trusts, and the role that bounds every session whatever its own policy says."""
    document = {
        "sts": {
            "tokenDuration": "15m",
            "maxSessionLength": f"{LONGEST_SESSION_SECONDS}s",
            "issuer": "eohub-sts",
            "signingKey": session_key,
        },
        "policy": {"defaultEffect": "Deny"},
        "providers": [
            {
                "name": PROVIDER,
                "type": "oidc",
                "enabled": True,
                "config": {
                    "issuer": options.issuer,
                    "clientId": options.client_id,
                    "jwksUri": options.jwks_uri,
                },
            }
        ],
        "roles": [
            {
                "roleName": ROLE,
                "roleArn": ROLE_ARN,
                "trustPolicy": _trust_policy(options),
                "attachedPolicies": [ROLE],
                "description": "A person's own prefix and the shared data",
            }
        ],
        "policies": [{"name": ROLE, "document": role_policy(f"${{jwt:{options.name_claim}}}")}],
    }
    return json.dumps(document, indent=2)


def role_policy(name: str) -> Mapping[str, object]:
    """What a session of `name` may do at most: their own prefix and groups' data read-write, the shared
    data read-only.

    A policy variable cannot name each of a list of groups, so which prefixes of groups a person may reach is
    left to the session policy that the storage service computes.
    """
    personal, groups, shared = (
        f"arn:aws:s3:::{bucket}" for bucket in (PERSONAL_BUCKET, GROUP_BUCKET, SHARED_BUCKET)
    )
    own_prefix = {"StringLike": {"s3:prefix": [f"{name}/*"]}}
    any_group = {"StringLike": {"s3:prefix": ["*/*"]}}
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow(["s3:GetBucketLocation"], [personal, groups, shared]),
            {**_allow(["s3:ListBucket"], [personal]), "Condition": own_prefix},
            {**_allow(["s3:ListBucket"], [groups]), "Condition": any_group},
            _allow(["s3:ListBucket"], [shared]),
            _allow(_OBJECT_ACTIONS, [f"{personal}/{name}/*", f"{groups}/*/*"]),
            _allow(["s3:GetObject"], [f"{shared}/*"]),
        ],
    }


def _trust_policy(options: S3Options) -> Mapping[str, object]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": PROVIDER},
                "Action": ["sts:AssumeRoleWithWebIdentity"],
                "Condition": {"StringEquals": {"oidc:aud": options.client_id, "oidc:iss": options.issuer}},
            }
        ],
    }


def _allow(actions: list[str], resources: list[str]) -> dict[str, object]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}
