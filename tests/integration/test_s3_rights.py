"""What a person's S3 session may do, tried on the real S3: by the role alone, and with a session policy."""

import base64
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from typing import Any

import jwt
import pytest
from botocore.exceptions import ClientError
from fakes.storage_issuer import FakeIssuer
from fakes.storage_s3 import RunningS3, running_s3

from eohub_hub.local.s3.configuration import role_policy
from eohub_storage.places import Layout, Sharing, places_of
from eohub_storage.policy import session_policy

pytestmark = pytest.mark.real

KEPT = {
    "users/alice/own", "users/bob/own", "users/alice2/own", "users/top", "climate/cube.zarr/zarr.json",
    "groups/eo/plan", "groups/eo2/plan", "groups/news/today", "groups/alice/plan", "groups/top",
}  # fmt: skip
LAYOUT = Layout("users", ("climate",), "groups", sharing=(Sharing("news"),))
PART = b"x" * (5 * 2**20)


@pytest.fixture(scope="module")
def issuer() -> Generator[FakeIssuer]:
    with FakeIssuer() as started:
        yield started


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory, issuer: FakeIssuer) -> Generator[RunningS3]:
    with running_s3(tmp_path_factory.mktemp("rights"), issuer) as running:
        for path in KEPT:
            bucket, _, key = path.partition("/")
            running.admin().put_object(Bucket=bucket, Key=key, Body=path.encode())
        yield running


@pytest.fixture(scope="module", params=["the role alone", "a session policy"])
def alice(request: pytest.FixtureRequest, s3: RunningS3, issuer: FakeIssuer) -> Any:
    policy = policy_of("alice") if request.param == "a session policy" else None
    return s3.client(s3.assume(issuer.id_token("alice"), policy=policy))


def policy_of(name: str, *groups: str) -> str:
    return session_policy(places_of(name, groups, LAYOUT))


def refusal(call: Callable[[], object]) -> int:
    """The status with which S3 refuses; 0 when it does not."""
    try:
        call()
    except ClientError as error:
        return int(error.response["ResponseMetadata"]["HTTPStatusCode"])
    except urllib.error.HTTPError as error:
        return error.code
    return 0


def keys(page: dict[str, Any]) -> list[str]:
    return [each["Key"] for each in page.get("Contents", [])]


def test_own_objects_are_written_read_listed_and_deleted(alice: Any) -> None:
    alice.put_object(Bucket="users", Key="alice/new/a", Body=b"1")
    assert alice.get_object(Bucket="users", Key="alice/new/a")["Body"].read() == b"1"
    assert alice.head_object(Bucket="users", Key="alice/new/a")["ContentLength"] == 1
    assert keys(alice.list_objects_v2(Bucket="users", Prefix="alice/new/")) == ["alice/new/a"]
    assert keys(alice.list_objects(Bucket="users", Prefix="alice/new/")) == ["alice/new/a"]
    alice.delete_object(Bucket="users", Key="alice/new/a")
    assert keys(alice.list_objects_v2(Bucket="users", Prefix="alice/new/")) == []


def test_own_objects_are_uploaded_in_parts_copied_and_deleted_together(alice: Any) -> None:
    upload = alice.create_multipart_upload(Bucket="users", Key="alice/parts")["UploadId"]
    which = {"Bucket": "users", "Key": "alice/parts", "UploadId": upload}
    tags = [
        alice.upload_part(**which, PartNumber=n, Body=body)["ETag"] for n, body in ((1, PART), (2, b"end"))
    ]
    assert [part["Size"] for part in alice.list_parts(**which)["Parts"]] == [len(PART), 3]
    parts = [{"ETag": tag, "PartNumber": number} for number, tag in enumerate(tags, 1)]
    alice.complete_multipart_upload(**which, MultipartUpload={"Parts": parts})
    alice.copy_object(Bucket="users", Key="alice/copy", CopySource="users/alice/parts")
    assert alice.head_object(Bucket="users", Key="alice/copy")["ContentLength"] == len(PART) + 3
    gone = {"Objects": [{"Key": "alice/parts"}, {"Key": "alice/copy"}]}
    assert "Errors" not in alice.delete_objects(Bucket="users", Delete=gone)


def test_shared_data_is_read_listed_and_copied_to_the_own_prefix(alice: Any) -> None:
    assert keys(alice.list_objects_v2(Bucket="climate")) == ["cube.zarr/zarr.json"]
    body = alice.get_object(Bucket="climate", Key="cube.zarr/zarr.json", Range="bytes=0-6")["Body"].read()
    assert body == b"climate"
    alice.copy_object(Bucket="users", Key="alice/mine", CopySource="climate/cube.zarr/zarr.json")
    alice.delete_object(Bucket="users", Key="alice/mine")


def test_own_objects_can_be_lent_by_a_presigned_url(alice: Any) -> None:
    url = alice.generate_presigned_url(
        "get_object", Params={"Bucket": "users", "Key": "alice/own"}, ExpiresIn=60
    )
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"users/alice/own"


# "alice" without its slash would list alice2 as well.
@pytest.mark.parametrize("prefix", ["", "a", "alice", "alice2/", "bob/", "*", "/", "alice*"])
def test_nothing_beyond_the_own_prefix_is_listed(alice: Any, prefix: str) -> None:
    assert refusal(lambda: alice.list_objects_v2(Bucket="users", Prefix=prefix)) == 403
    assert refusal(lambda: alice.list_objects(Bucket="users", Prefix=prefix, Delimiter="/")) == 403
    assert refusal(lambda: alice.list_object_versions(Bucket="users", Prefix=prefix)) == 403
    assert refusal(lambda: alice.list_multipart_uploads(Bucket="users", Prefix=prefix)) == 403


def test_a_listing_with_dots_stays_in_the_own_prefix(alice: Any) -> None:
    assert keys(alice.list_objects_v2(Bucket="users", Prefix="alice/../bob/")) == []


FOREIGN = [
    "bob/own",
    "alice2/own",
    "top",
    "alice/../bob/own",
    "alice/./../bob/own",
    "alice/..%2fbob/own",
    "/bob/own",
]


@pytest.mark.parametrize("key", FOREIGN)
def test_other_peoples_objects_are_not_read_written_or_deleted(alice: Any, key: str) -> None:
    where = {"Bucket": "users", "Key": key}
    assert refusal(lambda: alice.get_object(**where)) in (400, 403, 404)
    assert refusal(lambda: alice.head_object(**where)) in (400, 403, 404)
    # A key of the own prefix with %2f in it is just an odd own key; it may be written.
    if "%" not in key:
        assert refusal(lambda: alice.put_object(**where, Body=b"evil")) in (400, 403)
        assert refusal(lambda: alice.delete_object(**where)) in (400, 403)
        assert refusal(lambda: alice.create_multipart_upload(**where)) in (400, 403)


@pytest.mark.parametrize("source", ["users/bob/own", "users/top", "users/alice/../bob/own", "/users/bob/own"])
def test_other_peoples_objects_are_not_copied(alice: Any, source: str) -> None:
    target = {"Bucket": "users", "Key": "alice/stolen"}
    assert refusal(lambda: alice.copy_object(**target, CopySource=source)) in (400, 403)
    upload = alice.create_multipart_upload(**target)["UploadId"]
    part = {**target, "UploadId": upload, "PartNumber": 1}
    assert refusal(lambda: alice.upload_part_copy(**part, CopySource=source)) in (400, 403)
    alice.abort_multipart_upload(**target, UploadId=upload)


def test_deleting_many_objects_spares_those_of_others(alice: Any) -> None:
    asked = {"Objects": [{"Key": "bob/own"}, {"Key": "alice2/own"}]}
    errors = alice.delete_objects(Bucket="users", Delete=asked)["Errors"]
    assert {(each["Key"], each["Code"]) for each in errors} == {
        ("bob/own", "AccessDenied"),
        ("alice2/own", "AccessDenied"),
    }


def test_a_presigned_url_lends_nothing_that_one_does_not_have(alice: Any) -> None:
    url = alice.generate_presigned_url(
        "get_object", Params={"Bucket": "users", "Key": "bob/own"}, ExpiresIn=60
    )
    assert refusal(lambda: urllib.request.urlopen(url)) == 403


def test_shared_data_is_not_changed(alice: Any) -> None:
    where = {"Bucket": "climate", "Key": "cube.zarr/zarr.json"}
    assert refusal(lambda: alice.put_object(**where, Body=b"evil")) == 403
    assert refusal(lambda: alice.put_object(Bucket="climate", Key="new", Body=b"evil")) == 403
    assert refusal(lambda: alice.delete_object(**where)) == 403
    assert refusal(lambda: alice.create_multipart_upload(**where)) == 403
    assert refusal(lambda: alice.copy_object(**where, CopySource="users/alice/own")) == 403


ADMINISTRATION: dict[str, Callable[[Any], object]] = {
    "make a bucket": lambda s: s.create_bucket(Bucket="another"),
    "write to a bucket that does not exist": lambda s: s.put_object(Bucket="another", Key="x", Body=b""),
    "delete a bucket": lambda s: s.delete_bucket(Bucket="users"),
    "set a bucket's policy": lambda s: s.put_bucket_policy(
        Bucket="users", Policy=json.dumps(role_policy("*"))
    ),
    "read a bucket's policy": lambda s: s.get_bucket_policy(Bucket="users"),
    "set a bucket's list": lambda s: s.put_bucket_acl(Bucket="users", ACL="public-read"),
    "set an object's list": lambda s: s.put_object_acl(Bucket="users", Key="alice/own", ACL="public-read"),
    "turn versions on": lambda s: s.put_bucket_versioning(
        Bucket="users", VersioningConfiguration={"Status": "Enabled"}
    ),
    "let objects expire": lambda s: s.put_bucket_lifecycle_configuration(
        Bucket="users",
        LifecycleConfiguration={
            "Rules": [{"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]
        },
    ),
    "allow other origins": lambda s: s.put_bucket_cors(
        Bucket="users",
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]},
    ),
    "tag what is not theirs": lambda s: s.put_object_tagging(
        Bucket="users", Key="bob/own", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]}
    ),
}


@pytest.mark.parametrize("deed", ADMINISTRATION)
def test_people_do_not(alice: Any, deed: str) -> None:
    assert refusal(lambda: ADMINISTRATION[deed](alice)) in (403, 404)


def test_people_see_no_bucket_but_the_shared_one(alice: Any) -> None:
    assert [bucket["Name"] for bucket in alice.list_buckets()["Buckets"]] == ["climate"]


def test_an_object_written_as_public_is_not_public(alice: Any, s3: RunningS3, issuer: FakeIssuer) -> None:
    alice.put_object(Bucket="users", Key="alice/open", Body=b"1", ACL="public-read-write")
    where = {"Bucket": "users", "Key": "alice/open"}
    bob = s3.client(s3.assume(issuer.id_token("bob")))
    assert refusal(lambda: s3.stranger().get_object(**where)) == 403
    assert refusal(lambda: s3.stranger().put_object(**where, Body=b"")) == 403
    assert refusal(lambda: bob.get_object(**where)) == 403
    alice.delete_object(**where)


@pytest.fixture(scope="module")
def member(s3: RunningS3, issuer: FakeIssuer) -> Any:
    """alice as a member of the group eo, with news lent to everybody."""
    return s3.client(s3.assume(issuer.id_token("alice"), policy=policy_of("alice", "eo")))


def test_members_write_read_list_and_delete_in_their_groups_prefix(member: Any) -> None:
    member.put_object(Bucket="groups", Key="eo/new", Body=b"1")
    assert keys(member.list_objects_v2(Bucket="groups", Prefix="eo/")) == ["eo/new", "eo/plan"]
    assert member.get_object(Bucket="groups", Key="eo/new")["Body"].read() == b"1"
    member.delete_object(Bucket="groups", Key="eo/new")


def test_what_a_group_lends_is_read_and_not_written(member: Any) -> None:
    where = {"Bucket": "groups", "Key": "news/today"}
    assert member.get_object(**where)["Body"].read() == b"groups/news/today"
    assert keys(member.list_objects_v2(Bucket="groups", Prefix="news/")) == ["news/today"]
    assert refusal(lambda: member.put_object(**where, Body=b"evil")) == 403
    assert refusal(lambda: member.delete_object(**where)) == 403
    assert refusal(lambda: member.copy_object(**where, CopySource="users/alice/own")) == 403


@pytest.mark.parametrize("key", ["eo2/plan", "alice/plan", "top", "eo/../eo2/plan"])
def test_other_groups_data_is_neither_read_nor_written(member: Any, key: str) -> None:
    where = {"Bucket": "groups", "Key": key}
    assert refusal(lambda: member.get_object(**where)) in (400, 403)
    assert refusal(lambda: member.put_object(**where, Body=b"evil")) in (400, 403)
    target = {"Bucket": "users", "Key": "alice/stolen"}
    assert refusal(lambda: member.copy_object(**target, CopySource=f"groups/{key}")) in (400, 403)


@pytest.mark.parametrize("prefix", ["", "e", "eo", "eo2/", "alice/", "*"])
def test_nothing_beyond_the_own_groups_is_listed(member: Any, prefix: str) -> None:
    assert refusal(lambda: member.list_objects_v2(Bucket="groups", Prefix=prefix)) == 403


def test_a_group_called_like_a_person_opens_nothing_of_theirs(s3: RunningS3, issuer: FakeIssuer) -> None:
    of_bob = s3.client(s3.assume(issuer.id_token("alice"), policy=policy_of("alice", "bob")))
    assert refusal(lambda: of_bob.get_object(Bucket="users", Key="bob/own")) == 403
    assert refusal(lambda: of_bob.list_objects_v2(Bucket="users", Prefix="bob/")) == 403
    assert refusal(lambda: of_bob.list_objects_v2(Bucket="groups", Prefix="alice/")) == 403


def test_who_is_in_no_group_reaches_no_groups_data(s3: RunningS3, issuer: FakeIssuer) -> None:
    nobody = s3.client(s3.assume(issuer.id_token("alice"), policy=policy_of("alice")))
    assert refusal(lambda: nobody.get_object(Bucket="groups", Key="eo/plan")) == 403
    assert refusal(lambda: nobody.list_objects_v2(Bucket="groups", Prefix="eo/")) == 403


def test_a_session_gets_no_further_session(s3: RunningS3, issuer: FakeIssuer) -> None:
    sts = s3.client(s3.assume(issuer.id_token("alice")), "sts")
    role = {"RoleArn": "arn:aws:iam::role/eohub-user", "RoleSessionName": "again", "DurationSeconds": 3600}
    assert refusal(lambda: sts.assume_role(**role)) in (400, 403)
    assert refusal(lambda: sts.get_federation_token(Name="again", DurationSeconds=3600)) in (400, 403)


def test_a_session_manages_no_identities(s3: RunningS3, issuer: FakeIssuer) -> None:
    iam = s3.client(s3.assume(issuer.id_token("alice")), "iam")
    assert refusal(iam.list_users) in (400, 403)
    assert refusal(lambda: iam.create_access_key(UserName="eohub-admin")) in (400, 403)


def test_a_session_policy_narrows_and_never_widens(s3: RunningS3, issuer: FakeIssuer) -> None:
    everything = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
    wide = s3.client(s3.assume(issuer.id_token("alice"), policy=json.dumps(everything)))
    other = s3.client(s3.assume(issuer.id_token("alice"), policy=policy_of("bob")))
    assert refusal(lambda: wide.get_object(Bucket="users", Key="bob/own")) == 403
    assert refusal(lambda: wide.list_objects_v2(Bucket="users")) == 403
    assert refusal(lambda: other.get_object(Bucket="users", Key="bob/own")) == 403
    assert refusal(lambda: other.get_object(Bucket="users", Key="alice/own")) == 403


def test_a_deny_in_a_session_policy_wins(s3: RunningS3, issuer: FakeIssuer) -> None:
    policy = dict(role_policy("alice"))
    deny = {"Effect": "Deny", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::users/alice/*"]}
    policy["Statement"] = [*policy["Statement"], deny]  # type: ignore[misc]
    alice = s3.client(s3.assume(issuer.id_token("alice"), policy=json.dumps(policy)))
    assert refusal(lambda: alice.get_object(Bucket="users", Key="alice/own")) == 403
    assert refusal(lambda: alice.get_object(Bucket="climate", Key="cube.zarr/zarr.json")) == 0


def test_the_name_of_a_session_gives_no_right(s3: RunningS3, issuer: FakeIssuer) -> None:
    alice = s3.client(s3.assume(issuer.id_token("alice"), RoleSessionName="bob"))
    assert refusal(lambda: alice.get_object(Bucket="users", Key="bob/own")) == 403
    assert refusal(lambda: alice.get_object(Bucket="users", Key="alice/own")) == 0


def refused_tokens(issuer: FakeIssuer, other: FakeIssuer) -> dict[str, str]:
    claims = {"iss": issuer.url, "aud": "eohub-hub", "sub": "x", "exp": time.time() + 600}
    claims["preferred_username"] = "bob"
    return {
        "of another issuer": other.id_token("bob"),
        "of another issuer that says to be ours": other.id_token("bob", iss=issuer.url),
        "for another audience": issuer.id_token("bob", aud="somebody"),
        "for another audience, by our client": issuer.id_token("bob", aud="somebody", azp="eohub-hub"),
        "for two audiences": issuer.id_token("bob", aud=["eohub-hub", "somebody"]),
        "that has ended": issuer.id_token("bob", lifetime_seconds=-5),
        "signed with no algorithm": jwt.encode(
            claims, None, algorithm="none", headers={"kid": issuer.key_id}
        ),
        "signed with a password": jwt.encode(
            claims, "k" * 32, algorithm="HS256", headers={"kid": issuer.key_id}
        ),
        "that is none": "x.y.z",
        "that is empty": "",
    }


def test_sts_gives_nothing_for_a_token(s3: RunningS3, issuer: FakeIssuer) -> None:
    with FakeIssuer() as other:
        for kind, token in refused_tokens(issuer, other).items():
            answer = s3.assume(token)
            assert "SecretAccessKey" not in answer, kind
            assert answer["Code"] in ("AccessDenied", "InvalidParameterValue", "ExpiredTokenException",
                                      "MissingParameter"), kind  # fmt: skip


def test_sts_gives_no_other_role_and_no_claimed_policy(s3: RunningS3, issuer: FakeIssuer) -> None:
    for role in ("arn:aws:iam::role/other", "arn:aws:iam:::role/sts-claim-based", ""):
        assert "SecretAccessKey" not in s3.assume(issuer.id_token("bob", policy="admin"), RoleArn=role)


@pytest.mark.parametrize("name", [None, "", ["bob", "alice"], {"a": 1}, "alice/../bob", "${jwt:sub}"])
def test_an_odd_name_in_the_token_opens_nobodys_prefix(
    s3: RunningS3, issuer: FakeIssuer, name: object
) -> None:
    somebody = s3.client(s3.assume(issuer.id_token("x", preferred_username=name)))
    for owner in ("alice", "bob"):
        assert refusal(lambda owner=owner: somebody.get_object(Bucket="users", Key=f"{owner}/own")) == 403
        assert (
            refusal(lambda owner=owner: somebody.list_objects_v2(Bucket="users", Prefix=f"{owner}/")) == 403
        )


@pytest.mark.parametrize(
    ("seconds", "granted"), [("899", False), ("900", True), ("3600", True), ("3601", False)]
)
def test_sts_grants_between_15_minutes_and_an_hour(
    s3: RunningS3, issuer: FakeIssuer, seconds: str, granted: bool
) -> None:
    assert ("SecretAccessKey" in s3.assume(issuer.id_token("alice"), DurationSeconds=seconds)) is granted


def test_a_changed_session_token_is_refused(s3: RunningS3, issuer: FakeIssuer) -> None:
    own, others = s3.assume(issuer.id_token("alice")), s3.assume(issuer.id_token("bob"))
    head, payload, signature = own["SessionToken"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims["req_ctx"]["preferred_username"] = "bob"
    changed = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    tampered = {
        "changed": f"{head}.{changed}.{signature}",
        "signed with no algorithm": jwt.encode(claims, None, algorithm="none"),
        "signed with a guess": jwt.encode(claims, "g" * 32, algorithm="HS256"),
        "an ID token": issuer.id_token("bob"),
        "another person's": others["SessionToken"],
        "absent": None,
    }
    for kind, token in tampered.items():
        client = s3.client({**own, "SessionToken": token})
        for owner in ("alice", "bob"):
            assert refusal(lambda c=client, o=owner: c.get_object(Bucket="users", Key=f"{o}/own")) == 403, (
                kind
            )


def test_an_id_token_alone_opens_nothing(s3: RunningS3, issuer: FakeIssuer) -> None:
    role = ["arn:aws:iam::role/eohub-user"]
    for token in (issuer.id_token("bob"), issuer.id_token("bob", roles=role)):
        for path in ("users/bob/own", "climate/cube.zarr/zarr.json", "climate?list-type=2"):
            request = urllib.request.Request(
                f"{s3.endpoint}/{path}", headers={"Authorization": f"Bearer {token}"}
            )
            assert refusal(lambda r=request: urllib.request.urlopen(r)) == 403


def test_after_all_this_everything_is_as_it_was(s3: RunningS3) -> None:
    found = {
        f"{bucket}/{key}"
        for bucket in ("users", "groups", "climate")
        for key in keys(s3.admin().list_objects_v2(Bucket=bucket))
    }
    assert found == KEPT
    for path in KEPT:
        bucket, _, key = path.partition("/")
        assert s3.admin().get_object(Bucket=bucket, Key=key)["Body"].read() == path.encode()
