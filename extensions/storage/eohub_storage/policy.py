"""The session policy: what one person's keys may do. Pure."""

import hashlib
import json
import re
from collections.abc import Sequence

from eohub_storage.errors import UnusableName

LONGEST_POLICY = 2048
"""Characters that STS accepts (AWS API reference, AssumeRoleWithWebIdentity, `Policy`)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,127}")
"""No `*`, `?` or `$`, which policies expand, and no `/`, which would reach into another prefix."""

_OBJECT_ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)


def session_policy(name: str, personal_bucket: str, shared_buckets: Sequence[str]) -> str:
    """JSON that allows the prefix `name/` of `personal_bucket` read-write and `shared_buckets` read-only.

    Raises UnusableName when the name could mean more than this one prefix, or the policy gets too long.
    """
    if not _NAME.fullmatch(name):
        raise UnusableName(
            "Your user name has characters that an S3 prefix cannot have.",
            hint="Ask your administrator for a name of letters, digits and . _ @ + = -",
        )
    personal, shared = _arn(personal_bucket), [_arn(bucket) for bucket in shared_buckets]
    statements: list[dict[str, object]] = [
        _allow(["s3:GetBucketLocation"], [personal, *shared]),
        {**_allow(["s3:ListBucket"], [personal]), "Condition": {"StringLike": {"s3:prefix": [f"{name}/*"]}}},
        _allow(_OBJECT_ACTIONS, [f"{personal}/{name}/*"]),
    ]
    if shared:
        statements.append(_allow(["s3:ListBucket"], shared))
        statements.append(_allow(["s3:GetObject"], [f"{arn}/*" for arn in shared]))
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    if len(policy) > LONGEST_POLICY:
        raise UnusableName(
            f"The policy for your keys is longer than the {LONGEST_POLICY} characters that STS takes.",
            hint="Ask your administrator to share fewer buckets.",
        )
    return policy


def session_name(name: str) -> str:
    """What S3's log calls this person's sessions: a pseudonym of 34 characters, the same every time.

    STS takes 2 to 64 characters of a small alphabet, which not every hub user name is.
    """
    return f"u-{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def _allow(actions: Sequence[str], resources: Sequence[str]) -> dict[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
