"""The session policy: what one person's keys may do. Pure."""

import hashlib
import json
from collections.abc import Iterable, Sequence

from eohub_storage.errors import TooManyPlaces
from eohub_storage.places import Place

LONGEST_POLICY = 2048
"""Characters that STS accepts (AWS API reference, AssumeRoleWithWebIdentity, `Policy`)."""

_OBJECT_ACTIONS = (
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
)


def session_policy(places: Sequence[Place]) -> str:
    """JSON that allows what `places` say and nothing else; raises TooManyPlaces, and never leaves one out."""
    buckets = _unique(place.bucket for place in places)
    statements = [_allow(["s3:GetBucketLocation"], map(_arn, buckets))]
    statements += [_listing(bucket, places) for bucket in buckets]
    written = [_objects(place) for place in places if place.writable]
    read = [_objects(place) for place in places if not place.writable]
    if written:
        statements.append(_allow(_OBJECT_ACTIONS, written))
    if read:
        statements.append(_allow(["s3:GetObject"], read))
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    if len(policy) > LONGEST_POLICY:
        raise TooManyPlaces(
            f"Your keys would have to open {len(places)} places, which takes a policy of {len(policy)}"
            f" characters; STS takes {LONGEST_POLICY}.",
            hint="Ask your administrator to name the groups that share data, and to share fewer buckets.",
        )
    return policy


def session_name(name: str) -> str:
    """What S3's log calls this person's sessions: a pseudonym of 34 characters, the same every time.

    STS takes 2 to 64 characters of a small alphabet, which not every hub user name is.
    """
    return f"u-{hashlib.sha256(name.encode()).hexdigest()[:32]}"


def _listing(bucket: str, places: Sequence[Place]) -> dict[str, object]:
    """One statement for each bucket: a condition for two would let a person's name open a group's prefix."""
    allowed = _allow(["s3:ListBucket"], [_arn(bucket)])
    prefixes = _unique(place.prefix for place in places if place.bucket == bucket)
    if "" in prefixes:
        return allowed
    return {**allowed, "Condition": {"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}}}


def _objects(place: Place) -> str:
    return f"{_arn(place.bucket)}/{place.prefix}*"


def _arn(bucket: str) -> str:
    return f"arn:aws:s3:::{bucket}"


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _allow(actions: Sequence[str], resources: Iterable[str]) -> dict[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": list(resources)}
