"""SeaweedFS's configuration files: what is closed, who is trusted, what a role bounds."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eohub_hub.local.s3.configuration import Keys, access_json, identities_json, role_policy, security_toml
from eohub_hub.local.s3.options import LONGEST_SESSION_SECONDS, S3Options, S3Ports

KEYS = Keys(write="w" * 64, read="r" * 64, filer_write="f" * 64, filer_read="g" * 64, session="c2Vzc2lvbg==")
OPTIONS = S3Options(
    folder=Path("s3"),
    admin_file=Path("secrets/s3_admin.json"),
    issuer="http://127.0.0.1:8003",
    jwks_uri="http://127.0.0.1:8003/jwks",
    client_id="eohub-hub",
    name_claim="preferred_username",
    ports=S3Ports(8006, 8007, 8008, 8009),
)


def security() -> dict[str, Any]:
    return tomllib.loads(security_toml(KEYS))


def access() -> dict[str, Any]:
    return json.loads(access_json(OPTIONS, KEYS.session))


def test_the_parts_sign_what_they_hand_each_other_with_four_different_keys() -> None:
    jwt = security()["jwt"]
    keys = [jwt["signing"], jwt["filer_signing"], jwt["signing"]["read"], jwt["filer_signing"]["read"]]
    assert [each["key"][0] for each in keys] == ["w", "f", "r", "g"]


@pytest.mark.parametrize("part", ["master", "volume", "filer", "s3"])
def test_grpc_of_every_part_wants_the_stacks_certificate(part: str) -> None:
    grpc = security()["grpc"]
    assert grpc["ca"] == "certificates/ca.crt"
    assert grpc[part]["cert"] == "certificates/inner.crt"
    assert grpc[part]["key"] == "certificates/inner.key"
    assert grpc[part]["allowed_commonNames"] == "eohub-s3-inner"


@pytest.mark.parametrize("part", ["master", "volume", "filer"])
def test_https_of_every_part_verifies_its_clients(part: str) -> None:
    https = security()["https"][part]
    assert https == {
        "cert": "certificates/inner.crt",
        "key": "certificates/inner.key",
        "ca": "certificates/ca.crt",
    }
    assert "disable_tls_verify_client_cert" not in https


def test_the_parts_verify_each_other_and_skip_nothing() -> None:
    client = security()["https"]["client"]
    assert client["enabled"] is True
    assert client["ca"] == "certificates/ca.crt"
    assert "insecure_skip_verify" not in client


def test_both_bounds_of_the_tls_version_are_set_because_one_alone_opens_grpc() -> None:
    assert security()["tls"] == {"min_version": "TLS 1.3", "max_version": "TLS 1.3"}


def test_pages_for_people_are_off() -> None:
    assert security()["access"]["ui"] is False
    assert security()["filer"]["expose_directory_metadata"]["enabled"] is False


def test_only_the_administrator_has_a_lasting_key_and_nobody_is_anonymous() -> None:
    (identity,) = json.loads(identities_json("AKEY", "secret"))["identities"]
    assert identity["name"] == "eohub-admin"
    assert identity["credentials"] == [{"accessKey": "AKEY", "secretKey": "secret"}]
    assert "anonymous" not in identities_json("AKEY", "secret")


def test_sts_trusts_one_issuer_and_one_audience() -> None:
    (provider,) = access()["providers"]
    assert provider["config"] == {
        "issuer": "http://127.0.0.1:8003",
        "clientId": "eohub-hub",
        "jwksUri": "http://127.0.0.1:8003/jwks",
    }
    (role,) = access()["roles"]
    (trust,) = role["trustPolicy"]["Statement"]
    assert trust["Principal"] == {"Federated": provider["name"]}
    assert trust["Action"] == ["sts:AssumeRoleWithWebIdentity"]
    assert trust["Condition"] == {
        "StringEquals": {"oidc:aud": "eohub-hub", "oidc:iss": "http://127.0.0.1:8003"},
    }


def test_what_no_policy_allows_is_denied() -> None:
    assert access()["policy"]["defaultEffect"] == "Deny"


def test_no_session_is_longer_than_an_hour() -> None:
    assert access()["sts"]["maxSessionLength"] == f"{LONGEST_SESSION_SECONDS}s" == "3600s"


def test_the_role_is_bounded_by_the_name_in_the_token_and_never_by_the_name_of_the_session() -> None:
    text = json.dumps(access()["policies"])
    assert "users/${jwt:preferred_username}/*" in text
    assert "aws:username" not in text
    assert "aws:userid" not in text


def test_another_claim_may_be_the_hubs_user_name() -> None:
    options = replace(OPTIONS, name_claim="eohub_name")
    assert "users/${jwt:eohub_name}/*" in access_json(options, KEYS.session)
    assert "preferred_username" not in access_json(options, KEYS.session)


def test_the_roles_policy_gives_no_action_on_everything() -> None:
    for statement in role_policy("alice")["Statement"]:  # type: ignore[attr-defined]
        assert "*" not in statement["Resource"]
        assert not any(action.endswith("*") for action in statement["Action"])
